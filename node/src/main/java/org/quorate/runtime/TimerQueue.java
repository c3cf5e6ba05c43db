package org.quorate.runtime;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one loop behind a single timer of the system: nearly every request sets a few and
 * calls them off again, so both must be cheap. Called on its loop only.
 *
 * <p>Timers of one delay expire in the order they were set, so a queue for each delay keeps them
 * sorted for nothing. Delays are rounded up to five significant bits, which bounds the number of
 * queues; a timer is late by at most a sixteenth of its delay.
 */
final class TimerQueue {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int SIGNIFICANT_BITS = 5;

  private static final class Entry implements Loop.Timer {
    private final long dueNanos;
    private @Nullable Runnable task;

    Entry(long dueNanos, Runnable task) {
      this.dueNanos = dueNanos;
      this.task = task;
    }

    @Override
    public void cancel() {
      task = null;
    }
  }

  private final Map<Long, ArrayDeque<Entry>> byDelay = new HashMap<>();

  /** The delay that is kept in place of this one: at least as long, at least 1. */
  static long rounded(long millis) {
    long atLeast = Math.max(1, millis);
    int dropped = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(atLeast) - SIGNIFICANT_BITS);
    long step = 1L << dropped;
    return (atLeast + step - 1) / step * step;
  }

  /**
   * @param roundedMillis a delay that {@link #rounded} returned
   */
  Loop.Timer add(long nowNanos, long roundedMillis, Runnable task) {
    Entry entry = new Entry(nowNanos + roundedMillis * NANOS_PER_MILLI, task);
    byDelay.computeIfAbsent(roundedMillis, none -> new ArrayDeque<>()).add(entry);
    return entry;
  }

  /** Runs what is due and returns when the next one is, or {@link Long#MAX_VALUE} for never. */
  long run(long nowNanos) {
    ArrayDeque<Runnable> due = new ArrayDeque<>();
    long next = Long.MAX_VALUE;
    for (ArrayDeque<Entry> queue : byDelay.values()) {
      Entry first = queue.peek();
      while (first != null && (first.task == null || first.dueNanos <= nowNanos)) {
        if (first.task != null) {
          due.add(first.task);
        }
        queue.poll();
        first = queue.peek();
      }
      next = first == null ? next : Math.min(next, first.dueNanos);
    }
    due.forEach(Runnable::run);
    return next;
  }
}
