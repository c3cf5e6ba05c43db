package org.quorate.peer;

/**
 * A running picture of one peer: how fast it answers, and how long an answer to one more request
 * would take.
 *
 * <p>The second is the replica ranking of C3 (Suresh, Canini, Schmid, Feldmann, "C3: Cutting tail
 * latency in cloud data stores via adaptive replica selection", NSDI 2015): R - T + q³·T, with R
 * the smoothed response time, T the smoothed service time that the peer reports, and q its queue as
 * far as it can be guessed here: one, what the peer reported, and what is outstanding from here,
 * times the number of nodes that may each have as much outstanding. The cube keeps all coordinators
 * from running to the one peer that was fast a moment ago, which ranking by latency alone makes
 * them do.
 *
 * <p>The 95th percentile moves up 19 steps for each answer above it and down one for each below
 * (frugal streaming, Ma, Muthukrishnan and Sandler, 2013).
 */
final class Latency {
  private static final double SMOOTHING = 0.05;
  private static final double STEP = 0.002;
  private static final double FIRST_NANOS = 1_000_000;
  private static final double COLD_NANOS = 50_000_000;

  private final int nodes;
  private double response = FIRST_NANOS;
  private double service = FIRST_NANOS / 10;
  private double queue;
  private double p95 = FIRST_NANOS;

  /**
   * @param nodes that send requests to the peer, this one among them
   */
  Latency(int nodes) {
    this.nodes = nodes;
  }

  /**
   * The peer was just reached: it has probably just started, and is cold. So others are preferred
   * until its answers, to requests that cannot go elsewhere, show that it is fast.
   */
  void cold() {
    response = Math.max(response, COLD_NANOS);
  }

  /** An answer took so long. */
  void add(long nanos) {
    response += SMOOTHING * (nanos - response);
    p95 *= nanos > p95 ? 1 + 19 * STEP : 1 - STEP;
  }

  /** The peer reports what it had in progress, and how long it worked on a request. */
  void report(long inProgress, long serviceNanos) {
    queue += SMOOTHING * (inProgress - queue);
    service += SMOOTHING * (serviceNanos - service);
  }

  /**
   * How long one more request is expected to take, nanoseconds, for comparison with other peers.
   *
   * @param outstanding requests to the peer from here without an answer
   */
  long expectedNanos(int outstanding) {
    double length = 1 + (double) outstanding * nodes + queue;
    return (long) Math.max(0, response - service + length * length * length * service);
  }

  long p95Nanos() {
    return (long) p95;
  }
}
