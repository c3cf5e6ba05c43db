package org.quorate.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.quorate.bench.staleness.Freshness;
import org.quorate.bench.work.Numbers;

/** A report as text for people, with picocli's colour marks. */
public final class Summary {
  private Summary() {}

  public static String of(Report report) {
    StringBuilder text = new StringBuilder();
    line(text, "");
    table(text, report);
    problems(text, report);
    if (report.consistency() != null) {
      consistency(text, report.consistency());
    }
    if (report.staleness() != null) {
      curve(text, report.staleness());
    }
    if (report.ceiling() != null) {
      line(
          text,
          "This tool's ceiling here, against a server that does nothing: %,.0f/s; the run used"
              + " %.0f %% of it.",
          report.ceiling().rate(),
          100 * report.ceiling().used());
    }
    String colour = report.verdict().word().equals("OK") ? "green" : "yellow";
    line(text, "@|bold,%s %s|@: %s.", colour, report.verdict().word(), report.verdict().why());
    if (!report.openLoop()) {
      line(
          text,
          "Closed loop: a stall delays the next request instead of being measured by it; use --rate"
              + " for latencies that callers would see.");
    }
    line(text, "Again: %s", String.join(" ", report.command()));
    return text.toString();
  }

  private static void table(StringBuilder text, Report report) {
    String which = report.openLoop() ? "response" : "service";
    List<String> head =
        List.of(which, "rate/s", "p50", "p90", "p99", "p99.9", "p99.99", "max", "failed");
    List<List<String>> rows = new ArrayList<>(List.of(head));
    report
        .operations()
        .forEach((kind, operation) -> rows.add(row(kind, operation, shown(report, operation))));
    if (report.openLoop()) {
      report
          .operations()
          .forEach(
              (kind, operation) ->
                  rows.add(row(kind + " service", operation, operation.service())));
    }
    text.append(Columns.format(rows));
  }

  private static Report.Latency shown(Report report, Report.Operation operation) {
    return report.openLoop() ? operation.response() : operation.service();
  }

  private static List<String> row(String name, Report.Operation operation, Report.Latency latency) {
    return List.of(
        name,
        String.format(Locale.ROOT, "%,.0f", operation.rate()),
        Numbers.latency(latency.p50()),
        Numbers.latency(latency.p90()),
        Numbers.latency(latency.p99()),
        Numbers.latency(latency.p999()),
        Numbers.latency(latency.p9999()),
        Numbers.latency(latency.max()),
        String.format(Locale.ROOT, "%,d", operation.failures()));
  }

  private static void problems(StringBuilder text, Report report) {
    Map<String, Long> problems = new TreeMap<>();
    for (Report.Operation operation : report.operations().values()) {
      operation.problems().forEach((problem, count) -> problems.merge(problem, count, Long::sum));
    }
    if (!problems.isEmpty()) {
      line(text, "Failed: %s", counts(problems));
    }
    long again = report.operations().values().stream().mapToLong(one -> one.again()).sum();
    if (again > 0) {
      line(text, "Sent again after a failure: %,d", again);
    }
    long missing = report.operations().values().stream().mapToLong(one -> one.missing()).sum();
    long siblings = report.operations().values().stream().mapToLong(one -> one.siblings()).sum();
    if (missing + siblings > 0) {
      line(text, "Reads that found nothing: %,d; siblings: %,d", missing, siblings);
    }
  }

  private static void consistency(StringBuilder text, Report.Consistency consistency) {
    String word = consistency.word();
    line(
        text,
        "@|bold,%s %s|@: %s.",
        word.equals("CONSISTENT") ? "green" : word.equals("INCOMPLETE") ? "yellow" : "red",
        word,
        counts(consistency.findings()));
    line(
        text,
        "  %,d writes (%,d of unknown outcome), %,d reads; %,d keys read back at r=all, %,d could"
            + " not be. Judged by: %s.",
        consistency.writes(),
        consistency.unknown(),
        consistency.reads(),
        consistency.readBack(),
        consistency.notReadBack(),
        consistency.claims());
    consistency.examples().stream().limit(5).forEach(example -> line(text, "  %s", example));
  }

  private static void curve(StringBuilder text, Report.Curve curve) {
    line(
        text,
        "Fresh reads after an acknowledged write, r=%d, w=%d (the bands together hold at 95 %%):",
        curve.r(),
        curve.w());
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("  after", "reads", "fresh", "band", "predicted", "band"));
    for (Freshness.Point point : curve.points()) {
      rows.add(
          List.of(
              "  " + Numbers.latency(point.delay()),
              String.format(Locale.ROOT, "%,d", point.reads()),
              percent((double) point.fresh() / point.reads()),
              percent(point.low()) + " - " + percent(point.high()),
              percent(point.predicted()),
              percent(point.predictedLow()) + " - " + percent(point.predictedHigh())));
    }
    text.append(Columns.format(rows));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  private static String counts(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(one -> String.format(Locale.ROOT, "%,d %s", one.getValue(), one.getKey()))
        .collect(Collectors.joining(", "));
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
