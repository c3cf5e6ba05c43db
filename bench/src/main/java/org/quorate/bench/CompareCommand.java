package org.quorate.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quorate.bench.compare.Comparison;
import org.quorate.bench.compare.Threshold;
import org.quorate.bench.report.Columns;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what changed between two runs. */
@Command(
    name = "compare",
    description = {
      "Say what changed from one report to another, with 95 % confidence intervals (block bootstrap",
      "over seconds). What differs between runs of one build, such as a busier machine, is in no",
      "interval: run them in turn, and more than once."
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A.json", description = "What was.")
  private Path a = Path.of("");

  @Parameters(index = "1", paramLabel = "B.json", description = "What is.")
  private Path b = Path.of("");

  @Option(
      names = "--min-effect",
      paramLabel = "PERCENT",
      description = "Smaller changes matter to nobody. Default: 10.")
  private double leastPercent = 10;

  @Option(
      names = "--fail-if",
      paramLabel = "CONDITION",
      description =
          "End with exit code 2 if it holds: of B, 'put.p99>30ms', 'lost>0'; of the change,"
              + " 'put.p99>+10%%', 'rate<-5%%'.")
  private List<String> failIf = List.of();

  @Override
  public Integer call() throws Exception {
    List<Threshold> thresholds = failIf.stream().map(Threshold::parse).toList();
    if (!(leastPercent >= 0 && leastPercent <= 1000)) {
      throw new IllegalArgumentException("--min-effect '" + leastPercent + "' is not 0 to 1000");
    }
    Report first = Reporter.read(a);
    Report second = Reporter.read(b);
    warn(first.setup(), second.setup());
    Comparison comparison =
        Comparison.of(
            first,
            second,
            leastPercent / 100,
            thresholds.stream().filter(Threshold::isRelative).map(Threshold::metric).toList());
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("metric", "A", "B", "change", "95 % interval", "so"));
    comparison.changes().forEach(change -> rows.add(change.row()));
    System.out.print(Columns.format(rows));
    System.out.println(conclusion(comparison));
    return exit(second, comparison, thresholds);
  }

  /** Apples and pears. */
  private static void warn(Map<String, String> a, Map<String, String> b) {
    for (String name : List.of("workload", "mix", "keys", "values", "pace", "store")) {
      String first = a.getOrDefault(name, "quorate");
      String second = b.getOrDefault(name, "quorate");
      if (!first.equals(second)) {
        System.out.println("Note: " + name + " differs: " + first + " and " + second);
      }
    }
  }

  private static String conclusion(Comparison comparison) {
    List<String> parts = new ArrayList<>();
    say(parts, "Worse: ", comparison, Comparison.Word.WORSE);
    say(parts, "Better: ", comparison, Comparison.Word.BETTER);
    if (parts.isEmpty()) {
      parts.add("No change.");
    }
    say(parts, "None seen, nor ruled out: ", comparison, Comparison.Word.NONE_SEEN);
    return String.join("\n", parts);
  }

  private static void say(
      List<String> parts, String beginning, Comparison comparison, Comparison.Word word) {
    List<String> changes =
        comparison.changes().stream()
            .filter(change -> change.word() == word)
            .map(Comparison.Change::text)
            .toList();
    if (!changes.isEmpty()) {
      parts.add(beginning + String.join("; ", changes) + ".");
    }
  }

  private static int exit(Report second, Comparison comparison, List<Threshold> thresholds) {
    if (second.consistency() != null && second.consistency().isViolated()) {
      System.err.println("quorate-bench: consistency is violated in B");
      return Main.EXIT_VIOLATED;
    }
    int exit = 0;
    for (Threshold threshold : thresholds) {
      Threshold.State state =
          threshold.isRelative() ? comparison.of(threshold) : threshold.of(second);
      switch (state) {
        case HOLDS -> {
          System.err.println("quorate-bench: " + threshold.text() + " holds");
          exit = Main.EXIT_THRESHOLD;
        }
        case OPEN -> {
          System.err.println("quorate-bench: " + threshold.text() + " cannot be decided");
          exit = exit == 0 ? Main.EXIT_INCONCLUSIVE : exit;
        }
        case DOES_NOT_HOLD -> {}
      }
    }
    return exit;
  }
}
