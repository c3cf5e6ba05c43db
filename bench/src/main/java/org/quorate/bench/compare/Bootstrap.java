package org.quorate.bench.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

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

  private final int seconds;
  private final long[] counts;
  private final List<Bar> bars = new ArrayList<>();

  /**
   * @param histograms one for each second, in order
   */
  Bootstrap(List<Histogram> histograms) {
    seconds = histograms.size();
    counts = new long[seconds];
    for (int second = 0; second < seconds; second++) {
      Histogram histogram = histograms.get(second);
      counts[second] = histogram.getTotalCount();
      for (HistogramIterationValue bar : histogram.recordedValues()) {
        bars.add(new Bar(bar.getValueIteratedTo(), second, bar.getCountAtValueIteratedTo()));
      }
    }
    bars.sort(Comparator.comparingLong(Bar::value));
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
    java.util.Arrays.fill(drawn, 1);
    return drawn;
  }

  /** Requests per second. */
  double rate(int[] drawn) {
    return (double) total(drawn) / seconds;
  }

  private long total(int[] drawn) {
    long total = 0;
    for (int second = 0; second < seconds; second++) {
      total += drawn[second] * counts[second];
    }
    return total;
  }

  /**
   * @param percentile 0 to 100
   * @return nanoseconds; 0 if there were no requests
   */
  double percentile(int[] drawn, double percentile) {
    double needed = total(drawn) * percentile / 100;
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
