package org.quorate.bench.measure;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** The requests of one kind in some time: histograms in nanoseconds, and counts. */
public final class Tally {
  /** Below this, 1 µs, latencies are not told apart. */
  private static final long LEAST_NANOS = 1000;

  private static final int DIGITS = 3;

  /** From sent to done, of those that succeeded. */
  public final Histogram service = histogram();

  /** From intended to done, of those that succeeded. */
  public final Histogram response = histogram();

  /** From intended to sent, of all. */
  public final Histogram lag = histogram();

  /** From intended to done, of those that failed. */
  public final Histogram failed = histogram();

  /** How many failed for which reason: a problem type of the store, or the tool's own word. */
  public final Map<String, Long> problems = new TreeMap<>();

  /** Reads that found nothing. They succeeded. */
  private long missing;

  /** Reads that found more than one version. They succeeded. */
  private long siblings;

  /** How often requests were sent again, because they had failed before. */
  private long again;

  public static Histogram histogram() {
    Histogram histogram = new Histogram(LEAST_NANOS, 10 * LEAST_NANOS * 1000, DIGITS);
    histogram.setAutoResize(true);
    return histogram;
  }

  void add(Sample sample) {
    lag.recordValue(sample.sent() - sample.intended());
    again += sample.again();
    long took = Math.max(0, sample.done() - sample.intended());
    if (sample.problem() != null) {
      failed.recordValue(took);
      problems.merge(sample.problem(), 1L, Long::sum);
      return;
    }
    response.recordValue(took);
    service.recordValue(sample.done() - sample.sent());
    missing += sample.found() == Sample.Found.NOTHING ? 1 : 0;
    siblings += sample.found() == Sample.Found.SIBLINGS ? 1 : 0;
  }

  public void add(Tally other) {
    service.add(other.service);
    response.add(other.response);
    lag.add(other.lag);
    failed.add(other.failed);
    other.problems.forEach((problem, count) -> problems.merge(problem, count, Long::sum));
    missing += other.missing;
    siblings += other.siblings;
    again += other.again;
  }

  public long missing() {
    return missing;
  }

  public long siblings() {
    return siblings;
  }

  public long again() {
    return again;
  }

  public long succeeded() {
    return response.getTotalCount();
  }

  public long failures() {
    return failed.getTotalCount();
  }
}
