package org.quorate.gossip;

import java.util.HashSet;
import java.util.Set;

/**
 * The time a suspect has left, which shrinks with each member that confirms the suspicion on its
 * own: from most to least, by the logarithm of their number (Lifeguard, section IV-B).
 */
final class Suspicion {
  private final Set<String> accusers = new HashSet<>();
  private final int wanted;
  private final long least;
  private final long most;
  private long began;

  /**
   * @param members in the cluster, this one among them
   */
  Suspicion(long now, String accuser, int members, Timing timing) {
    accusers.add(accuser);
    wanted = Math.max(0, Math.min(Timing.CONFIRMATIONS, members - 2));
    least = timing.leastToRefute(members);
    most = wanted == 0 ? least : timing.mostToRefute(members);
    began = now;
  }

  /** Notes one more accuser, and tells whether that was news which counts. */
  boolean confirm(String accuser) {
    return accusers.size() <= wanted && accusers.add(accuser);
  }

  /** When it is too late to refute. */
  long dueNanos() {
    int confirmations = Math.min(wanted, accusers.size() - 1);
    double share = wanted == 0 ? 1 : Math.log(confirmations + 1.0) / Math.log(wanted + 1.0);
    return began + most - (long) (share * (most - least));
  }

  /** This member slept for so long, and the suspect may have refuted meanwhile. */
  void putOff(long nanos) {
    began += nanos;
  }
}
