package org.quorate.bench.staleness;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.commons.statistics.interval.BinomialConfidenceInterval;
import org.apache.commons.statistics.interval.Interval;

/** What probes saw: reads at spaced delays after a write's acknowledgement. */
public final class Freshness {
  /** After which reads begin, nanoseconds. */
  public static final List<Long> DELAYS =
      List.of(
          0L,
          TimeUnit.MICROSECONDS.toNanos(250),
          TimeUnit.MICROSECONDS.toNanos(500),
          TimeUnit.MILLISECONDS.toNanos(1),
          TimeUnit.MILLISECONDS.toNanos(2),
          TimeUnit.MILLISECONDS.toNanos(5),
          TimeUnit.MILLISECONDS.toNanos(10),
          TimeUnit.MILLISECONDS.toNanos(20),
          TimeUnit.MILLISECONDS.toNanos(50),
          TimeUnit.MILLISECONDS.toNanos(100));

  /** That all bands together hold what they should (Bonferroni). */
  private static final double ERROR_RATE = 0.05 / 10;

  private final List<List<Long>> delays = new ArrayList<>();
  private final int[] fresh = new int[DELAYS.size()];

  /**
   * What was seen after one of the delays.
   *
   * @param delay the median of what was really waited, nanoseconds
   * @param low of the confidence band of the share of fresh reads
   * @param predicted by the model
   * @param predictedLow of the band that the number of its samples gives the prediction
   */
  public record Point(
      long delay,
      long reads,
      long fresh,
      double low,
      double high,
      double predicted,
      double predictedLow,
      double predictedHigh) {}

  public Freshness() {
    DELAYS.forEach(delay -> delays.add(new ArrayList<>()));
  }

  /**
   * A probe.
   *
   * @param index of the delay
   * @param waited from the acknowledgement to the read, nanoseconds
   */
  public synchronized void add(int index, long waited, boolean isFresh) {
    delays.get(index).add(waited);
    fresh[index] += isFresh ? 1 : 0;
  }

  /** Measured and predicted; empty where nothing could be measured. */
  public synchronized List<Point> points(ReplicaTimes times, int r, int w, long seed) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < DELAYS.size(); i++) {
      long[] waited = delays.get(i).stream().mapToLong(delay -> delay).sorted().toArray();
      List<ReplicaTimes.Sample> samples = times.of(i);
      if (waited.length > 0 && !samples.isEmpty()) {
        double predicted = Pbs.fresh(samples, times.flight(), r, w, new SplittableRandom(seed));
        Interval band = band(waited.length, fresh[i]);
        Interval ofModel = band(samples.size(), (int) Math.round(predicted * samples.size()));
        points.add(
            new Point(
                waited[waited.length / 2],
                waited.length,
                fresh[i],
                band.getLowerBound(),
                band.getUpperBound(),
                predicted,
                ofModel.getLowerBound(),
                ofModel.getUpperBound()));
      }
    }
    return points;
  }

  private static Interval band(int trials, int successes) {
    return BinomialConfidenceInterval.WILSON_SCORE.fromErrorRate(trials, successes, ERROR_RATE);
  }
}
