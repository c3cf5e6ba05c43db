package org.quorate.repair;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** What is counted of hints. */
final class HintMetrics {
  private final MeterRegistry registry;
  private final Counter written;
  private final Counter dropped;

  HintMetrics(MeterRegistry registry) {
    this.registry = registry;
    written = counter("quorate.hints.written", "Hints left for owners that a write did not reach");
    dropped = counter("quorate.hints.dropped", "Hints given up, and left to anti-entropy");
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  /** What counts those that were delivered. */
  Counter watch(String target, HintQueue queue) {
    gauge(
        "quorate.hints.pending", "Hints waiting for their target", target, queue, q -> q.pending());
    gauge("quorate.hints.bytes", "Size of the hints' files", target, queue, q -> q.sizeBytes());
    return Counter.builder("quorate.hints.delivered")
        .description("Hints whose target was sent what it lacked")
        .tag("target", target)
        .register(registry);
  }

  private void gauge(
      String name,
      String description,
      String target,
      HintQueue queue,
      ToDoubleFunction<HintQueue> value) {
    Gauge.builder(name, queue, value)
        .description(description)
        .tag("target", target)
        .register(registry);
  }

  void written(int count) {
    written.increment(count);
  }

  void dropped(int count) {
    dropped.increment(count);
  }
}
