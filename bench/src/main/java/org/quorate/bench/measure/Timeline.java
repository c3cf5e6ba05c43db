package org.quorate.bench.measure;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.work.Kind;

/** All intervals of a run, of all loops. Used by many threads. */
public final class Timeline {
  private final TreeMap<Integer, Interval> intervals = new TreeMap<>();
  private double seconds;
  private double collecting;

  public synchronized void add(Interval interval) {
    intervals.computeIfAbsent(interval.index(), Interval::new).add(interval);
  }

  /**
   * The run is over.
   *
   * @param measuredSeconds how long was measured, without the warm-up and what came after the end
   * @param collectingShare of that in which the tool's garbage was collected, 0 to 1
   */
  public synchronized void finish(double measuredSeconds, double collectingShare) {
    seconds = measuredSeconds;
    collecting = collectingShare;
  }

  /** How long was measured, seconds. */
  public synchronized double seconds() {
    return seconds;
  }

  /** The share of the time in which the tool's garbage was collected, 0 to 1. */
  public synchronized double collecting() {
    return collecting;
  }

  /** Those in which requests were intended, in order. */
  public synchronized List<Interval> during() {
    return new ArrayList<>(intervals.headMap(Interval.AFTER).values());
  }

  /** A copy of the interval of this index, as far as it is known; null if nothing is. */
  public synchronized @Nullable Interval at(int index) {
    Interval known = intervals.get(index);
    if (known == null) {
      return null;
    }
    Interval copy = new Interval(index);
    copy.add(known);
    return copy;
  }

  /** Everything together. */
  public synchronized Interval total() {
    Interval total = new Interval(Interval.AFTER);
    intervals.values().forEach(total::add);
    return total;
  }

  /** Requests per second that succeeded while more were intended, of each kind. */
  public synchronized Map<Kind, Double> rates() {
    Map<Kind, Double> rates = new EnumMap<>(Kind.class);
    for (Interval interval : during()) {
      interval
          .completed()
          .forEach((kind, count) -> rates.merge(kind, count / seconds, Double::sum));
    }
    return rates;
  }

  /** Requests per second that succeeded while more were intended. */
  public double rate() {
    return rates().values().stream().mapToDouble(rate -> rate).sum();
  }
}
