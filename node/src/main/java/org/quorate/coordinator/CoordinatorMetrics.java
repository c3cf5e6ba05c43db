package org.quorate.coordinator;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What coordinators count. */
public final class CoordinatorMetrics {
  private final Counter repairs;
  private final Counter hedges;
  private final Counter hintsLost;
  private final Map<String, Map<QuorumException.Kind, Counter>> failures = new HashMap<>();

  public CoordinatorMetrics(MeterRegistry registry) {
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
    for (String op : List.of("read", "write", "delete")) {
      Map<QuorumException.Kind, Counter> byKind = new EnumMap<>(QuorumException.Kind.class);
      for (QuorumException.Kind kind : QuorumException.Kind.values()) {
        byKind.put(
            kind,
            Counter.builder("quorate.quorum.failures")
                .description("Operations that too few owners could do")
                .tag("op", op)
                .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                .register(registry));
      }
      failures.put(op, byKind);
    }
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
    Counter counter = failures.getOrDefault(op, Map.of()).get(kind);
    if (counter == null) {
      throw new IllegalArgumentException("no counter of " + op + " and " + kind);
    }
    counter.increment();
  }
}
