package org.quorate.gossip;

/**
 * How patient members are. All times are nanoseconds.
 *
 * @param period from one probe to the next
 * @param timeout for a direct answer; the rest of the period is for the indirect ones
 * @param spread from one round of fresh rumours to the next
 * @param compare from one comparison of tables to the next while nothing changes
 * @param settle from a change to a comparison, at least; at most twice that
 * @param remember for how long the gone are remembered
 */
public record Timing(
    long period, long timeout, long spread, long compare, long settle, long remember) {
  static final long SECOND = 1_000_000_000;

  /** Members that are asked to probe for another; receivers of each round of fresh rumours. */
  static final int HELPERS = 3;

  /** Members that check a suspicion they hear of, in expectation, ahead of their rounds. */
  static final int CHECKERS = 4;

  /** Independent confirmations after which a suspicion waits no longer than it must. */
  static final int CONFIRMATIONS = 2;

  private static final int TRANSMISSIONS = 4;
  private static final int PERIODS_TO_REFUTE = 7;
  private static final int PATIENCE = 3;

  public static Timing standard() {
    return new Timing(SECOND / 2, SECOND / 5, SECOND / 5, 10 * SECOND, SECOND, 24 * 3600 * SECOND);
  }

  /**
   * The time to refute once enough members have confirmed: 7 periods · max(1, log10 n), so that a
   * rumour and its refutation can cross the cluster.
   */
  long leastToRefute(int members) {
    return (long) (period * PERIODS_TO_REFUTE * Math.max(1, Math.log10(members)));
  }

  /** The time to refute while nobody has confirmed. */
  long mostToRefute(int members) {
    return PATIENCE * leastToRefute(members);
  }

  /** How often each member passes a rumour on: 4 · ⌈log10(n+1)⌉ (SWIM, section 4.1). */
  static int transmissions(int members) {
    return TRANSMISSIONS * (int) Math.ceil(Math.log10(members + 1.0));
  }
}
