package org.quorate.bench.measure;

import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.quorate.bench.work.Kind;

/** What was done in one second of the run, and how the tool itself did. */
public final class Interval {
  /** After the last second: what was done when no more was intended. */
  public static final int AFTER = Integer.MAX_VALUE;

  private final int index;
  private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);

  private final Map<Kind, Long> completed = new EnumMap<>(Kind.class);

  /** How late timers of the tool's loops came, nanoseconds. */
  public final Histogram lateness = Tally.histogram();

  /** CPU that the busiest of the tool's loops took, nanoseconds. */
  private long cpuNanos;

  /**
   * @param index seconds since the warm-up ended, or {@link #AFTER}
   */
  public Interval(int index) {
    this.index = index;
  }

  public int index() {
    return index;
  }

  public Tally of(Kind kind) {
    return tallies.computeIfAbsent(kind, any -> new Tally());
  }

  public Map<Kind, Tally> tallies() {
    return tallies;
  }

  /** How many of a kind succeeded in this second, whenever they were intended. */
  public long completed(Kind kind) {
    return completed.getOrDefault(kind, 0L);
  }

  public Map<Kind, Long> completed() {
    return completed;
  }

  public long cpuNanos() {
    return cpuNanos;
  }

  public void setCpuNanos(long nanos) {
    cpuNanos = nanos;
  }

  void add(Interval other) {
    other.tallies.forEach((kind, tally) -> of(kind).add(tally));
    other.completed.forEach((kind, count) -> completed.merge(kind, count, Long::sum));
    lateness.add(other.lateness);
    cpuNanos = Math.max(cpuNanos, other.cpuNanos);
  }

  public long succeeded() {
    return tallies.values().stream().mapToLong(Tally::succeeded).sum();
  }

  public long failures() {
    return tallies.values().stream().mapToLong(Tally::failures).sum();
  }

  /** The 90th percentile of schedule lag, nanoseconds; the greatest long if nothing was done. */
  long usualLag() {
    Histogram lag = Tally.histogram();
    tallies.values().forEach(tally -> lag.add(tally.lag));
    return lag.getTotalCount() == 0 ? Long.MAX_VALUE : lag.getValueAtPercentile(90);
  }
}
