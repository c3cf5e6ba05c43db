package org.quorate.bench;

import org.quorate.bench.drive.Owners;
import org.quorate.bench.drive.Prober;
import org.quorate.bench.drive.Quorums;
import org.quorate.bench.report.Report;
import org.quorate.bench.staleness.Freshness;
import org.quorate.bench.staleness.ReplicaTimes;
import org.quorate.bench.verify.Claims;

/** Probes how soon writes are seen, beside the load of a run. */
final class Staleness {
  private static final int PROBERS = 6;

  private final Benchmark benchmark;
  private final Freshness freshness = new Freshness();
  private final ReplicaTimes times = new ReplicaTimes();
  private final Prober.Setup setup;

  /**
   * @throws IllegalArgumentException if the targets do not allow it
   */
  Staleness(Benchmark benchmark) {
    if (benchmark.target.api != TargetOptions.Api.QUORATE) {
      throw new IllegalArgumentException("--staleness: only of --api quorate");
    }
    int n = benchmark.cluster.n();
    if (n < 2) {
      throw new IllegalArgumentException("--staleness: with n=1 there is no other replica");
    }
    TargetOptions target = benchmark.target;
    Owners owners = benchmark.cluster.owners(target.bucket);
    Quorums quorums = target.quorums();
    this.benchmark = benchmark;
    this.setup =
        new Prober.Setup(
            owners,
            benchmark.cluster.names(),
            n,
            target.dialect(quorums),
            target.dialect(quorums.withR("1")),
            target.dialect(quorums.withR("2")),
            target.dialect(quorums.withW("all")),
            Integer.toHexString(benchmark.payload().run()) + "-probe-",
            target.patienceNanos());
  }

  AutoCloseable start(long warmUpNanos, long seed) {
    return benchmark.runner().probe(setup, PROBERS, warmUpNanos, seed, freshness, times);
  }

  Report.Curve result(long seed) {
    TargetOptions target = benchmark.target;
    int r = benchmark.cluster.replicas(target.r, "r");
    int w = benchmark.cluster.replicas(target.w, "w");
    boolean claim = Claims.of(benchmark.cluster.n(), r, w, target.isSloppy).current();
    return new Report.Curve(r, w, claim, freshness.points(times, r, w, seed));
  }
}
