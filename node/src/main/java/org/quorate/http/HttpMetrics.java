package org.quorate.http;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.quorate.runtime.Buckets;

/** What is counted of requests: by operation and outcome, never by key. */
final class HttpMetrics {
  private record Series(String op, String outcome) {}

  private final MeterRegistry registry;
  private final Map<Series, Timer> timers = new ConcurrentHashMap<>();
  private final DistributionSummary siblings;

  /**
   * The outcomes that alerts watch are there from the start: a rate needs a sample before the first
   * failure.
   */
  HttpMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (String op : List.of("get", "put", "delete")) {
      for (String outcome : List.of("ok", "quorum-unreachable", "quorum-timeout", "overloaded")) {
        Series series = new Series(op, outcome);
        timers.put(series, timer(series));
      }
    }
    siblings =
        DistributionSummary.builder("quorate.siblings")
            .description("Versions of the keys that were read")
            .serviceLevelObjectives(1, 2, 3, 5, 10, 20, 50, 100)
            .register(registry);
  }

  /**
   * @param outcome {@code ok}, {@code not-found}, or the problem's type
   */
  void done(String op, String outcome, long nanos) {
    timers
        .computeIfAbsent(new Series(op, outcome), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Series series) {
    return Timer.builder("quorate.requests")
        .description("Client requests")
        .tag("op", series.op())
        .tag("outcome", series.outcome())
        .serviceLevelObjectives(Buckets.latency())
        .register(registry);
  }

  void siblings(int versions) {
    siblings.record(versions);
  }
}
