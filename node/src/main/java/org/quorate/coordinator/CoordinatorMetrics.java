package org.quorate.coordinator;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What coordinators count. */
public final class CoordinatorMetrics {
  private final Counter repairs;
  private final Counter hedges;
  private final Counter hintsLost;
  private final MeterRegistry registry;

  public CoordinatorMetrics(MeterRegistry registry) {
    this.registry = registry;
    repairs =
        Counter.builder("quorate.read.repairs")
            .description("Owners that a read found behind and sent what they lacked")
            .register(registry);
    hintsLost =
        Counter.builder("quorate.hints.lost")
            .description("Hints that no owner could keep; left to anti-entropy")
            .register(registry);
    hedges =
        Counter.builder("quorate.read.hedges")
            .description("Reads sent to a further owner because another was slow")
            .register(registry);
  }

  void repaired() {
    repairs.increment();
  }

  void hedged() {
    hedges.increment();
  }

  /** Nobody was there to keep it. */
  void hintLost() {
    hintsLost.increment();
  }

  void failed(String op, QuorumException.Kind kind) {
    registry
        .counter("quorate.quorum.failures", "op", op, "kind", kind.name().toLowerCase(Locale.ROOT))
        .increment();
  }
}
