package org.quorate.runtime;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one loop behind a single timer of the system: nearly every request sets a few and
 * calls them off again, so both must be cheap. Called on its loop only.
 */
final class TimerQueue {
  private static final class Entry implements Loop.Timer, Comparable<Entry> {
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

    @Override
    public int compareTo(Entry other) {
      return Long.compare(dueNanos - other.dueNanos, 0);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();

  Loop.Timer add(long dueNanos, Runnable task) {
    Entry entry = new Entry(dueNanos, task);
    entries.add(entry);
    return entry;
  }

  /** Runs what is due and returns when the next one is, or {@link Long#MAX_VALUE} for never. */
  long run(long nowNanos) {
    while (true) {
      Entry first = entries.peek();
      if (first == null) {
        return Long.MAX_VALUE;
      }
      Runnable task = first.task;
      if (task != null && first.dueNanos - nowNanos > 0) {
        return first.dueNanos;
      }
      entries.poll();
      if (task != null) {
        task.run();
      }
    }
  }
}
