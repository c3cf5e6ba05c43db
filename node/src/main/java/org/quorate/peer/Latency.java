package org.quorate.peer;

/**
 * A running picture of one peer's round trips: the smoothed mean and an estimate of the 95th
 * percentile, which moves up 19 steps for each answer above it and down one for each below (frugal
 * streaming, Ma, Muthukrishnan and Sandler, 2013).
 */
final class Latency {
  private static final double SMOOTHING = 0.05;
  private static final double STEP = 0.002;
  private static final double FIRST_NANOS = 1_000_000;

  private double mean = FIRST_NANOS;
  private double p95 = FIRST_NANOS;

  void add(long nanos) {
    mean += SMOOTHING * (nanos - mean);
    p95 *= nanos > p95 ? 1 + 19 * STEP : 1 - STEP;
  }

  long meanNanos() {
    return (long) mean;
  }

  long p95Nanos() {
    return (long) p95;
  }
}
