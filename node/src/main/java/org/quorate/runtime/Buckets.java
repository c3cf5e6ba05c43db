package org.quorate.runtime;

import java.time.Duration;

/** Histogram buckets that all of the node's latencies share. */
public final class Buckets {
  private static final Duration[] LATENCY = {
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(5)
  };

  private Buckets() {}

  /** 0.5 ms to 5 s. */
  public static Duration[] latency() {
    return LATENCY.clone();
  }
}
