package org.quorate.bench.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.quorate.bench.report.Report;

/**
 * What changed from one report to another, and how sure that is.
 *
 * @param changes of each metric that both have
 */
public record Comparison(List<Change> changes) {
  private static final int DRAWS = 1000;
  private static final long SEED = 20_070_101;

  /** What the numbers say. */
  public enum Word {
    NO_CHANGE,
    BETTER,
    WORSE,
    /** No change is sure, but the interval is too wide to rule out one that would matter. */
    NONE_SEEN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * One metric.
   *
   * @param change of b from a, as a share of a: 0.1 is a tenth more
   * @param low of its 95 % confidence interval
   */
  public record Change(
      Metric metric, double a, double b, double change, double low, double high, Word word) {
    /** For a table: metric, a, b, change, interval, word. */
    public List<String> row() {
      return List.of(
          metric.toString(),
          metric.text(a),
          metric.text(b),
          percent(change),
          percent(low) + " to " + percent(high),
          word.toString());
    }

    /** In a few words: {@code put.p99 +100 % (+80 % to +120 %)}. */
    public String text() {
      return metric + " " + percent(change) + " (" + percent(low) + " to " + percent(high) + ")";
    }

    private static String percent(double share) {
      return String.format(Locale.ROOT, "%+.1f %%", 100 * share);
    }
  }

  /**
   * @param least changes smaller than this share matter to nobody
   * @param more metrics beside those that are always compared
   */
  public static Comparison of(Report a, Report b, double least, List<Metric> more) {
    Set<Metric> metrics = new LinkedHashSet<>();
    a.operations().keySet().forEach(kind -> Metric.usual(kind).forEach(metrics::add));
    metrics.addAll(more);
    List<Change> changes = new ArrayList<>();
    for (Metric metric : metrics) {
      Bootstrap first = new Bootstrap(metric, a);
      Bootstrap second = new Bootstrap(metric, b);
      if (first.isDefined() && second.isDefined()) {
        changes.add(change(metric, first, second, least));
      }
    }
    return new Comparison(changes);
  }

  private static Change change(Metric metric, Bootstrap a, Bootstrap b, double least) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] changes = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      double first = a.value(a.draw(random));
      changes[i] = first == 0 ? 0 : b.value(b.draw(random)) / first - 1;
    }
    Arrays.sort(changes);
    double low = changes[DRAWS / 40];
    double high = changes[DRAWS - 1 - DRAWS / 40];
    double was = a.value(a.asItWas());
    double is = b.value(b.asItWas());
    return new Change(
        metric, was, is, is / was - 1, low, high, word(metric, is / was - 1, low, high, least));
  }

  /** Sure and large enough, surely too small, or neither. */
  private static Word word(Metric metric, double change, double low, double high, double least) {
    boolean isSure = low > 0 || high < 0;
    if (isSure && Math.abs(change) >= least) {
      return (change > 0) == metric.isCost() ? Word.WORSE : Word.BETTER;
    }
    boolean mayMatter = Math.max(Math.abs(low), Math.abs(high)) >= least;
    return isSure || !mayMatter ? Word.NO_CHANGE : Word.NONE_SEEN;
  }

  /** Whether the change of its metric meets a condition. */
  public Threshold.State of(Threshold threshold) {
    for (Change change : changes) {
      if (change.metric().equals(threshold.metric())) {
        return threshold.of(change);
      }
    }
    return Threshold.State.OPEN;
  }
}
