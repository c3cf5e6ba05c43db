package org.quorate.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.compare.Threshold;
import org.quorate.bench.drive.Arrivals;
import org.quorate.bench.drive.Runner.UnreachableException;
import org.quorate.bench.measure.Verdict;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;
import org.quorate.bench.report.Summary;
import org.quorate.bench.runtime.Clock;
import org.quorate.bench.work.KeySpace;
import org.quorate.bench.work.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures a workload. */
@Command(
    name = "run",
    description = "Measure a workload on keys that 'load' has written.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "WORKLOAD",
      description = "ycsb-a, -b, -c, -d, -f, or a mix such as read:0.8,put:0.15,delete:0.05.")
  private String workload = "";

  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private WorkOptions options = new WorkOptions();
  @Mixin private PaceOptions pace = new PaceOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = "--verify",
      description =
          "Keep a ledger of all that is written and read, of keys of the run's own, which are loaded"
              + " first; in the end read everything back at r=all, and report what was lost, stale,"
              + " resurrected, phantom, corrupt or went back in time.")
  private boolean isVerified;

  @Option(
      names = "--staleness",
      description =
          "Beside the load, read new keys through other nodes at spaced delays after their"
              + " acknowledgement: how often is the read fresh, and how often should it be by PBS?")
  private boolean isProbed;

  @Option(
      names = "--matrix",
      arity = "1..2",
      paramLabel = "r=R[,R…] w=W[,W…]",
      description = "Measure each pair of quorums in turn.")
  private List<String> matrix = List.of();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    pace.check();
    Workload work = options.workload(workload, Workload.preset(workload));
    List<Threshold> thresholds = output.failIf.stream().map(Threshold::parseAbsolute).toList();
    output.check();
    int exit = 0;
    try (Benchmark benchmark = new Benchmark(target, pace.connections)) {
      for (Quorum quorum : quorums()) {
        if (!benchmark.isStopped()) {
          quorum.applyTo(target);
          Report report = measure(benchmark, work, quorum.suffix());
          exit = worse(exit, Outcome.of(report, thresholds, System.err));
        }
      }
    }
    return exit;
  }

  private static int worse(int exit, int other) {
    return exit == 0 || (other != 0 && other < exit) ? other : exit;
  }

  private Report measure(Benchmark benchmark, Workload work, String suffix) throws Exception {
    benchmark.beginRun();
    Verification verification = isVerified ? new Verification(benchmark, work) : null;
    KeySpace keys = verification == null ? benchmark.loadedKeys(work) : verification.keys();
    if (verification != null) {
      benchmark.load(work, keys, verification.ledger(), "loading " + work.keyCount() + " keys");
    }
    IntFunction<Arrivals> schedule =
        pace.rate == null ? null : pace.schedule(pace.rate, work.seed());
    System.out.println(work.name() + suffix + ", seed " + work.seed() + ", " + pace.describe());
    long measuredFrom = Clock.SYSTEM.wallMillis() + pace.warmUp.toMillis();
    Staleness staleness = isProbed ? new Staleness(benchmark) : null;
    Benchmark.Measured measured;
    try (AutoCloseable probes =
        staleness == null ? () -> {} : staleness.start(pace.warmUp.toNanos(), work.seed())) {
      measured =
          benchmark.run(
              work,
              keys,
              schedule,
              pace.warmUp,
              pace.duration,
              verification == null ? null : verification.ledger(),
              output.events,
              work.name() + suffix);
    }
    if (verification != null && !benchmark.isStopped()) {
      System.out.println("reading back at r=all");
      verification.readBack();
    }
    double rate = measured.timeline().rate();
    Report.Ceiling ceiling =
        output.noCeiling || benchmark.isStopped() ? null : ceiling(benchmark, work, rate);
    Verdict verdict = Verdict.of(measured.timeline(), pace.rate != null);
    Report report =
        new Report(
            Report.SCHEMA,
            Instant.ofEpochMilli(measuredFrom).toString(),
            Benchmark.again(arguments(), work.seed()),
            Benchmark.environment(),
            benchmark.setup(work, pace.describe()),
            pace.rate != null,
            new Report.Judgement(verdict.word().toString(), verdict.why()),
            measured.timeline().seconds(),
            rate,
            Reporter.operations(measured.timeline()),
            Reporter.seconds(measured.timeline()),
            Reporter.after(measured.timeline()),
            measured.marks(),
            verification == null ? null : verification.result(),
            staleness == null ? null : staleness.result(work.seed()),
            ceiling);
    System.out.print(Ansi.AUTO.string(Summary.of(report)));
    if (output.out != null) {
      Outcome.write(report, Path.of(output.out + suffix), System.out);
    }
    return report;
  }

  /** None if it cannot be measured: the run is reported all the same. */
  private static Report.@Nullable Ceiling ceiling(Benchmark benchmark, Workload work, double rate)
      throws InterruptedException {
    System.out.println("measuring what this tool can do here");
    try {
      return Ceiling.measure(benchmark, work, rate);
    } catch (IOException | UnreachableException e) {
      System.out.println("the bare server could not be measured: " + e.getMessage());
      return null;
    }
  }

  private List<String> arguments() {
    return spec == null
        ? List.of()
        : Stream.concat(
                Stream.of("run"),
                spec.commandLine().getParseResult().originalArgs().stream().skip(1))
            .toList();
  }

  /** A pair of quorums of a matrix; null for what the options say. */
  private record Quorum(@Nullable String r, @Nullable String w) {
    void applyTo(TargetOptions target) {
      target.r = r == null ? target.r : r;
      target.w = w == null ? target.w : w;
    }

    String suffix() {
      return (r == null ? "" : "-r" + r) + (w == null ? "" : "-w" + w);
    }
  }

  private List<Quorum> quorums() {
    List<Quorum> quorums = new ArrayList<>();
    for (@Nullable String r : axis("r")) {
      for (@Nullable String w : axis("w")) {
        quorums.add(new Quorum(r, w));
      }
    }
    return quorums;
  }

  private List<@Nullable String> axis(String name) {
    for (String axis : matrix) {
      if (!axis.matches("[rw]=([1-9][0-9]?|one|quorum|all)(,([1-9][0-9]?|one|quorum|all))*")) {
        throw new IllegalArgumentException(
            "--matrix '" + axis + "' is not r=R[,R…] or w=W[,W…], as r=1,2,3 w=1,2,3");
      }
      if (axis.startsWith(name)) {
        return new ArrayList<>(Arrays.asList(axis.substring(2).split(",", -1)));
      }
    }
    List<@Nullable String> none = new ArrayList<>();
    none.add(null);
    return none;
  }
}
