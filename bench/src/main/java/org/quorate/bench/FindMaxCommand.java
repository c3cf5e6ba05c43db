package org.quorate.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.quorate.bench.measure.Interval;
import org.quorate.bench.measure.Tally;
import org.quorate.bench.measure.Timeline;
import org.quorate.bench.measure.Verdict;
import org.quorate.bench.report.Columns;
import org.quorate.bench.work.Numbers;
import org.quorate.bench.work.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks for the highest rate at which callers are still served well. */
@Command(
    name = "find-max",
    description = {
      "Find the highest rate at which the schedule is kept, at most one of a thousand requests fails,",
      "and the 99th percentile of response times stays below --p99. Each step runs for --duration in",
      "open loop; the first, in closed loop, tells where to begin."
    },
    mixinStandardHelpOptions = true)
final class FindMaxCommand implements Callable<Integer> {
  private static final double EXACT = 0.05;
  private static final double FAILED = 0.001;

  @Parameters(
      paramLabel = "WORKLOAD",
      description = "ycsb-a, -b, -c, -d, -f, or a mix such as read:0.8,put:0.15,delete:0.05.")
  private String workload = "";

  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private WorkOptions options = new WorkOptions();
  @Mixin private PaceOptions pace = new PaceOptions();

  @Option(
      names = "--p99",
      paramLabel = "TIME",
      converter = Convert.ToDuration.class,
      description = "Default: 100ms.")
  private Duration p99 = Duration.ofMillis(100);

  /** One rate that was tried. */
  private record Step(
      double offered, double served, double p99Nanos, double failed, Verdict verdict) {}

  @Override
  public Integer call() throws Exception {
    pace.check();
    if (pace.rate != null) {
      throw new IllegalArgumentException("--rate '" + pace.rate + "': it is what find-max finds");
    }
    Workload work = options.workload(workload, Workload.preset(workload));
    List<Step> steps = new ArrayList<>();
    double found;
    boolean isStopped;
    try (Benchmark benchmark = new Benchmark(target, pace.connections)) {
      found = search(benchmark, work, steps);
      isStopped = benchmark.isStopped();
    }
    System.out.print(table(steps));
    if (isStopped) {
      System.out.println("Ended before it was found.");
      return Main.EXIT_INCONCLUSIVE;
    }
    if (steps.stream().anyMatch(step -> step.verdict().word() == Verdict.Word.CLIENT_BOUND)) {
      System.out.println("Some steps were limited by this tool, not by the store.");
    }
    if (found == 0) {
      System.out.println("No rate was served well enough.");
      return Main.EXIT_INCONCLUSIVE;
    }
    System.out.printf(
        Locale.ROOT,
        "Highest rate with p99 below %s: %,.0f/s (%s, seed %d)%n",
        Numbers.text(p99),
        found,
        work.name(),
        work.seed());
    return 0;
  }

  private double search(Benchmark benchmark, Workload work, List<Step> steps) throws IOException {
    Step closed = step(benchmark, work, 0);
    steps.add(closed);
    double good = 0;
    double bad = 1.2 * closed.served();
    while (bad - good > EXACT * bad && !benchmark.isStopped()) {
      Step step = step(benchmark, work, good == 0 ? bad / 2 : (good + bad) / 2);
      steps.add(step);
      if (isGood(step)) {
        good = step.offered();
      } else {
        bad = step.offered();
      }
      if (bad < 1) {
        break;
      }
    }
    return good;
  }

  private boolean isGood(Step step) {
    return step.verdict().word() == Verdict.Word.OK
        && step.p99Nanos() < p99.toNanos()
        && step.failed() <= FAILED;
  }

  private Step step(Benchmark benchmark, Workload work, double rate) throws IOException {
    String title = rate == 0 ? "closed loop" : String.format(Locale.ROOT, "%,.0f/s", rate);
    System.out.println(title);
    Timeline timeline =
        benchmark
            .run(
                work,
                benchmark.loadedKeys(work),
                rate == 0 ? null : pace.schedule(rate, work.seed()),
                pace.warmUp,
                pace.duration,
                null,
                null,
                title)
            .timeline();
    Interval total = timeline.total();
    Histogram all = Tally.histogram();
    total.tallies().values().forEach(tally -> all.add(tally.response));
    double failed = (double) total.failures() / Math.max(1, total.failures() + total.succeeded());
    return new Step(
        rate,
        timeline.rate(),
        all.getValueAtPercentile(99),
        failed,
        Verdict.of(timeline, rate != 0));
  }

  private String table(List<Step> steps) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("offered", "served", "p99", "failed", "verdict", "good"));
    for (Step step : steps) {
      rows.add(
          List.of(
              step.offered() == 0 ? "closed" : String.format(Locale.ROOT, "%,.0f", step.offered()),
              String.format(Locale.ROOT, "%,.0f", step.served()),
              Numbers.latency(step.p99Nanos()),
              String.format(Locale.ROOT, "%.2f %%", 100 * step.failed()),
              step.verdict().word().toString(),
              step.offered() == 0 ? "" : isGood(step) ? "yes" : "no"));
    }
    return Columns.format(rows);
  }
}
