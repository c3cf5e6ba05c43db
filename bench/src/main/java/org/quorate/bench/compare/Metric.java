package org.quorate.bench.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;
import org.quorate.bench.verify.Finding;
import org.quorate.bench.work.Kind;
import org.quorate.bench.work.Numbers;

/**
 * Something that a report has a number for: {@code rate}, {@code failed}, a finding such as {@code
 * lost}; {@code put.rate}, {@code put.failed}, {@code put.p99} (response time), {@code
 * put.service.p99}.
 *
 * @param kind of requests, empty for all of them
 * @param name of the number
 */
public record Metric(String kind, String name) {
  private static final String SERVICE = "service.";
  private static final String PERCENTILE = "p[0-9]{1,2}(\\.[0-9]{1,3})?";

  /**
   * @throws IllegalArgumentException naming what is allowed
   */
  public static Metric parse(String text) {
    for (Kind kind : Kind.values()) {
      if (text.startsWith(kind.label() + ".")) {
        String name = text.substring(kind.label().length() + 1);
        String latency = name.startsWith(SERVICE) ? name.substring(SERVICE.length()) : name;
        if (name.matches("rate|failed") || latency.matches(PERCENTILE + "|max|mean")) {
          return new Metric(kind.label(), name);
        }
      }
    }
    if (text.matches("rate|failed") || findings().contains(text)) {
      return new Metric("", text);
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' is none of rate, failed, "
            + String.join(", ", findings())
            + ", nor OPERATION.rate, .failed, .p99, .max, .mean, .service.p99");
  }

  private static List<String> findings() {
    return Arrays.stream(Finding.values())
        .map(finding -> finding.label().replace(' ', '-'))
        .toList();
  }

  boolean isLatency() {
    return !name.equals("rate") && !name.equals("failed") && !kind.isEmpty();
  }

  boolean isService() {
    return name.startsWith(SERVICE);
  }

  /** Whether a change of it has an interval of confidence. */
  boolean isComparable() {
    return name.equals("rate") || !Double.isNaN(percentile());
  }

  /** Where more is worse. */
  boolean isCost() {
    return !name.equals("rate");
  }

  /** The number; empty where the report has none. Latencies are nanoseconds. */
  public OptionalDouble of(Report report) {
    if (kind.isEmpty()) {
      return whole(report);
    }
    Report.Operation operation = report.operations().get(kind);
    if (operation == null) {
      return OptionalDouble.empty();
    }
    return switch (name) {
      case "rate" -> OptionalDouble.of(operation.rate());
      case "failed" -> OptionalDouble.of((double) operation.failures());
      default -> latency(operation);
    };
  }

  private OptionalDouble latency(Report.Operation operation) {
    boolean isService = name.startsWith(SERVICE);
    String which = isService ? name.substring(SERVICE.length()) : name;
    Report.Latency latency = isService ? operation.service() : operation.response();
    if (latency.count() == 0) {
      return OptionalDouble.empty();
    }
    return switch (which) {
      case "max" -> OptionalDouble.of((double) latency.max());
      case "mean" -> OptionalDouble.of(latency.mean());
      default -> {
        Histogram histogram = Reporter.decode(latency.histogram());
        yield OptionalDouble.of((double) histogram.getValueAtPercentile(percentile(which)));
      }
    };
  }

  private static double percentile(String name) {
    return Double.parseDouble(name.substring(1));
  }

  /** The percentile that a latency is, 0 to 100; NaN for others. */
  double percentile() {
    String which = name.startsWith(SERVICE) ? name.substring(SERVICE.length()) : name;
    return which.matches(PERCENTILE) ? percentile(which) : Double.NaN;
  }

  private OptionalDouble whole(Report report) {
    if (name.equals("rate")) {
      return OptionalDouble.of(report.rate());
    }
    if (name.equals("failed")) {
      return OptionalDouble.of(
          report.operations().values().stream().mapToDouble(Report.Operation::failures).sum());
    }
    if (report.consistency() == null) {
      return OptionalDouble.empty();
    }
    Map<String, Long> findings = report.consistency().findings();
    return OptionalDouble.of((double) findings.getOrDefault(name.replace('-', ' '), 0L));
  }

  /** Those that are compared for a kind. */
  static Stream<Metric> usual(String kind) {
    return Stream.of("rate", "p50", "p99", "p99.9").map(name -> new Metric(kind, name));
  }

  String text(double value) {
    return isLatency() ? Numbers.latency(value) : String.format(Locale.ROOT, "%,.0f", value);
  }

  @Override
  public String toString() {
    return Stream.of(kind, name).filter(part -> !part.isEmpty()).collect(Collectors.joining("."));
  }
}
