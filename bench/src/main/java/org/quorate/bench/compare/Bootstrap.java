package org.quorate.bench.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;

/**
 * The seconds of a run, drawn again in blocks: what the run might have shown.
 *
 * <p>Seconds that follow each other are alike (a compaction, a full cache), so drawing them singly
 * would promise too much; blocks of the cube root of their number keep what they share (moving
 * blocks on a circle, Politis and Romano, 1992).
 */
final class Bootstrap {
  /** So many requests took so long, in this second. */
  private record Bar(long value, int second, long count) {}

  private final Metric metric;
  private final int seconds;
  private final long[] counts;
  private final List<Bar> bars = new ArrayList<>();

  Bootstrap(Metric metric, Report report) {
    this.metric = metric;
    this.seconds = report.timeline().size();
    this.counts = new long[seconds];
    for (int second = 0; second < seconds; second++) {
      add(report.timeline().get(second), second, true);
    }
    if (report.after() != null && seconds > 0) { // Latencies of the last second's requests.
      add(report.after(), seconds - 1, false);
    }
    bars.sort(Comparator.comparingLong(Bar::value));
  }

  private void add(Report.Second from, int second, boolean isRate) {
    for (Map.Entry<String, Report.Part> one : from.operations().entrySet()) {
      if (metric.kind().isEmpty() || metric.kind().equals(one.getKey())) {
        Report.Part part = one.getValue();
        counts[second] += isRate ? part.completed() : 0;
        Histogram histogram =
            Reporter.decode(metric.isService() ? part.service() : part.response());
        for (HistogramIterationValue bar : histogram.recordedValues()) {
          bars.add(new Bar(bar.getValueIteratedTo(), second, bar.getCountAtValueIteratedTo()));
        }
      }
    }
  }

  /** Whether there is anything to compare. */
  boolean isDefined() {
    return !bars.isEmpty() && value(asItWas()) > 0;
  }

  double value(int[] drawn) {
    return Double.isNaN(metric.percentile()) ? rate(drawn) : percentile(drawn, metric.percentile());
  }

  /** How often each second is drawn. */
  int[] draw(SplittableRandom random) {
    int[] drawn = new int[seconds];
    int block = (int) Math.max(1, Math.round(Math.cbrt(seconds)));
    for (int done = 0; done < seconds; ) {
      int from = random.nextInt(seconds);
      for (int i = 0; i < block && done < seconds; i++, done++) {
        drawn[(from + i) % seconds]++;
      }
    }
    return drawn;
  }

  /** Each second once: what the run did show. */
  int[] asItWas() {
    int[] drawn = new int[seconds];
    Arrays.fill(drawn, 1);
    return drawn;
  }

  /** Requests per second. */
  private double rate(int[] drawn) {
    long total = 0;
    for (int second = 0; second < seconds; second++) {
      total += drawn[second] * counts[second];
    }
    return (double) total / seconds;
  }

  /**
   * @param percentile 0 to 100
   * @return nanoseconds; 0 if there were no requests
   */
  private double percentile(int[] drawn, double percentile) {
    long total = 0;
    for (Bar bar : bars) {
      total += drawn[bar.second] * bar.count;
    }
    double needed = total * percentile / 100;
    long seen = 0;
    long last = 0;
    for (Bar bar : bars) {
      long times = drawn[bar.second];
      if (times > 0) {
        last = bar.value;
        seen += times * bar.count;
        if (seen >= needed) {
          break;
        }
      }
    }
    return last;
  }
}
