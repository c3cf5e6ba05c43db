package org.quorate.coordinator;

/** An owner knows a newer state of the cluster, and nothing was done: the operation begins anew. */
final class StaleEpochException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final long epoch;
  private final String knownBy;
  private final transient QuorumException problem;

  /**
   * @param epoch under which the owner was asked
   * @param problem what to tell the client if the newer state cannot be had in time
   */
  StaleEpochException(long epoch, String knownBy, QuorumException problem) {
    super(knownBy + " knows a newer state than " + epoch, null, false, false);
    this.epoch = epoch;
    this.knownBy = knownBy;
    this.problem = problem;
  }

  long epoch() {
    return epoch;
  }

  String knownBy() {
    return knownBy;
  }

  QuorumException problem() {
    return problem;
  }
}
