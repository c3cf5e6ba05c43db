package org.quorate.bench;

import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Arrivals;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast, and for how long. */
final class PaceOptions {
  /** How the requests of an open loop are spread over time. */
  enum Spread {
    CONSTANT,
    POISSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--rate",
      paramLabel = "NUMBER",
      converter = Convert.ToRate.class,
      description =
          "Requests per second, sent by a schedule whatever became of those before (open loop)."
              + " Default: each connection sends when it has its answer (closed loop).")
  @Nullable Double rate;

  @Option(
      names = "--arrivals",
      paramLabel = "HOW",
      description = "Of an open loop: constant or poisson. Default: constant.")
  Spread arrivals = Spread.CONSTANT;

  @Mixin ConnectionOptions connections = new ConnectionOptions();

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      converter = Convert.ToDuration.class,
      description = "How long to measure. Default: 30s.")
  Duration duration = Duration.ofSeconds(30);

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      converter = Convert.ToDuration.class,
      description = "How long to run before that. Default: 5s.")
  Duration warmUp = Duration.ofSeconds(5);

  void check() {
    connections.check();
    if (duration.toMillis() < 1000) {
      throw new IllegalArgumentException(
          "--duration '" + duration.toMillis() + "ms' is less than 1s");
    }
  }

  /**
   * A schedule for each loop.
   *
   * @param perSecond of all loops
   */
  IntFunction<Arrivals> schedule(double perSecond, long seed) {
    return loop ->
        switch (arrivals) {
          case CONSTANT -> Arrivals.constant(perSecond, loop, connections.threads);
          case POISSON ->
              Arrivals.poisson(perSecond, connections.threads, new SplittableRandom(~seed + loop));
        };
  }

  String describe() {
    return rate == null
        ? "closed loop of " + connections.connections + " connections"
        : describe(rate);
  }

  String describe(double perSecond) {
    return String.format(
        Locale.ROOT,
        "%,.0f/s, %s, over %d connections",
        perSecond,
        arrivals,
        connections.connections);
  }
}
