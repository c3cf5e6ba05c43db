package org.quorate.bench;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.quorate.bench.measure.Interval;
import org.quorate.bench.measure.Timeline;
import org.quorate.bench.work.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Writes the keys that {@code run} reads. */
@Command(
    name = "load",
    description = "Write each of --key-count keys once, as fast as the connections can.",
    mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {
  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private WorkOptions options = new WorkOptions();
  @Mixin private ConnectionOptions connections = new ConnectionOptions();

  @Override
  public Integer call() throws Exception {
    Workload work = options.workload("load", Workload.preset("put:1"));
    try (Benchmark benchmark = new Benchmark(target, connections)) {
      Timeline timeline =
          benchmark.load(work, benchmark.loadedKeys(work), null, "loading " + work.keyCount());
      Interval total = timeline.total();
      System.out.printf(
          Locale.ROOT,
          "%,d of %,d keys written in %.1f s, %,.0f/s; %,d failed%n",
          total.succeeded(),
          work.keyCount(),
          timeline.seconds(),
          total.succeeded() / timeline.seconds(),
          total.failures());
      return total.succeeded() == work.keyCount() ? 0 : Main.EXIT_INCONCLUSIVE;
    }
  }
}
