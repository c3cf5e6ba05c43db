package org.quorate.bench.measure;

import java.util.function.Consumer;

/**
 * Sorts the requests of one loop into seconds: a request belongs to the second in which it was
 * done. What was intended during the warm-up counts as throughput only. Used by one thread.
 */
public final class Meter {
  private static final long SECOND = 1_000_000_000;

  private final long from;
  private long end;
  private final Consumer<Interval> out;
  private Interval current = new Interval(0);
  private long cpuBefore = -1;

  /**
   * @param from when the warm-up ends, nanoseconds since the run began
   * @param end when nothing more is intended
   * @param out takes each interval when it is over
   */
  public Meter(long from, long end, Consumer<Interval> out) {
    this.from = from;
    this.end = end;
    this.out = out;
  }

  /** Nothing more is intended from here on: the run was cut short. */
  public void endAt(long moment) {
    end = moment;
  }

  public void add(Sample sample) {
    if (sample.done() < from) {
      return;
    }
    roll(sample.done());
    if (sample.problem() == null && sample.done() < end) {
      current.completed().merge(sample.kind(), 1L, Long::sum);
    }
    if (sample.intended() >= from) {
      current.of(sample.kind()).add(sample);
    }
  }

  /**
   * A timer came this late.
   *
   * @param now nanoseconds since the run began
   * @param cpu that this thread has taken so far, nanoseconds
   */
  public void late(long now, long lateness, long cpu) {
    if (now < from) {
      return;
    }
    roll(now);
    current.lateness.recordValue(Math.max(0, lateness));
    if (cpuBefore >= 0) {
      current.setCpuNanos(current.cpuNanos() + cpu - cpuBefore);
    }
    cpuBefore = cpu;
  }

  private void roll(long now) {
    int index = now >= end ? Interval.AFTER : (int) (Math.max(0, now - from) / SECOND);
    if (index > current.index()) {
      out.accept(current);
      current = new Interval(index);
    }
  }

  /** The run is over. */
  public void finish() {
    out.accept(current);
    current = new Interval(Interval.AFTER);
  }
}
