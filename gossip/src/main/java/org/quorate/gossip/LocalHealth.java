package org.quorate.gossip;

/**
 * How far this member doubts itself: 0 for not at all, up to 7. Its periods and timeouts are
 * stretched by one more than that (Lifeguard, section IV-A).
 */
final class LocalHealth {
  private static final int MOST = 7;

  private int doubts;

  void better() {
    doubts = Math.max(0, doubts - 1);
  }

  void worse(int by) {
    doubts = Math.min(MOST, doubts + by);
  }

  int doubts() {
    return doubts;
  }

  long stretched(long nanos) {
    return nanos * (doubts + 1);
  }
}
