package org.quorate.bench.compare;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quorate.bench.report.Report;

/**
 * A condition of {@code --fail-if}: {@code put.p99>30ms}, {@code lost>0}, {@code rate<1000}, and
 * where two reports are compared, {@code put.p99>+10%} and {@code rate<-5%} of the first.
 *
 * @param isAbove whether it holds above the limit, or below
 * @param limit nanoseconds of latencies; a share of the first report's value if relative
 */
public record Threshold(
    String text, Metric metric, boolean isAbove, double limit, boolean isRelative) {
  private static final Pattern FORM =
      Pattern.compile("\\s*([a-z0-9.-]+)\\s*([<>])\\s*([+-]?[0-9]+(?:\\.[0-9]+)?)(us|ms|s|%|)\\s*");

  /** What became of a condition. */
  public enum State {
    HOLDS,
    DOES_NOT_HOLD,
    /** The numbers do not decide it. */
    OPEN
  }

  /**
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static Threshold parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "--fail-if '" + text + "' is not as put.p99>30ms, lost>0, rate<1000 or put.p99>+10%");
    }
    Metric metric = Metric.parse(form.group(1));
    String unit = form.group(4);
    double scale =
        switch (unit) {
          case "us" -> 1e3;
          case "ms" -> 1e6;
          case "s" -> 1e9;
          case "%" -> 0.01;
          default -> 1;
        };
    if (!unit.equals("%") && metric.isLatency() == unit.isEmpty()) {
      throw new IllegalArgumentException(
          "--fail-if '"
              + text
              + "': "
              + metric
              + (unit.isEmpty() ? " needs us, ms, s or %" : " is no time"));
    }
    if (unit.equals("%") && !metric.isComparable()) {
      throw new IllegalArgumentException(
          "--fail-if '" + text + "': of changes only rates and percentiles can be judged");
    }
    double limit = Double.parseDouble(form.group(3)) * scale;
    return new Threshold(text, metric, form.group(2).equals(">"), limit, unit.equals("%"));
  }

  /**
   * For a single report.
   *
   * @throws IllegalArgumentException also where it is a condition on a change
   */
  public static Threshold parseAbsolute(String text) {
    Threshold threshold = parse(text);
    if (threshold.isRelative()) {
      throw new IllegalArgumentException(
          "--fail-if '" + text + "' is of a change: only compare has two reports");
    }
    return threshold;
  }

  /** Whether one report meets it. */
  public State of(Report report) {
    OptionalDouble value = metric.of(report);
    if (isRelative || value.isEmpty()) {
      return State.OPEN;
    }
    return isMet(value.getAsDouble()) ? State.HOLDS : State.DOES_NOT_HOLD;
  }

  /** Whether a change meets it, as far as its confidence interval says. */
  State of(Comparison.Change change) {
    boolean low = isMet(change.low());
    if (low != isMet(change.high())) {
      return State.OPEN;
    }
    return low ? State.HOLDS : State.DOES_NOT_HOLD;
  }

  private boolean isMet(double value) {
    return isAbove ? value > limit : value < limit;
  }
}
