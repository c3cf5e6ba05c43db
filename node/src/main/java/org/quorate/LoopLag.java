package org.quorate;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import org.quorate.runtime.Buckets;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;

/** How late event loops run what they are given, measured ten times a second. */
final class LoopLag {
  private static final long EVERY_MILLIS = 100;

  private final MeterRegistry registry;

  LoopLag(MeterRegistry registry) {
    this.registry = registry;
  }

  void watch(Loop loop, int index) {
    Timer timer =
        Timer.builder("quorate.loop.lag")
            .description("Time that a task waited for its event loop")
            .tag("loop", String.valueOf(index))
            .serviceLevelObjectives(Buckets.latency())
            .register(registry);
    measure(loop, timer);
  }

  private static void measure(Loop loop, Timer timer) {
    long given = Clock.SYSTEM.nanos();
    loop.execute(
        () -> {
          timer.record(Clock.SYSTEM.nanos() - given, TimeUnit.NANOSECONDS);
          loop.after(EVERY_MILLIS, () -> measure(loop, timer));
        });
  }
}
