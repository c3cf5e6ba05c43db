package org.quorate.sim;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: what is to happen, in order, and a hash of all that happened. */
final class SimTime {
  static final long MILLI = 1_000_000;
  static final long SECOND = 1000 * MILLI;

  private static final int MOST_AT_ONCE = 1_000_000;
  private static final long MOST_EVENTS = 30_000_000;

  private record Event(long nanos, long order, Runnable task) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::order));
  private long now = SECOND;
  private long orders;
  private long hash = 1;
  private int atOnce;

  /** Nanoseconds since a second before the simulation began. */
  long nanos() {
    return now;
  }

  void after(long delayNanos, Runnable task) {
    events.add(new Event(now + Math.max(0, delayNanos), orders++, task));
  }

  /** Lets time pass up to there, with all that happens meanwhile. */
  void runUntil(long nanos) {
    while (!events.isEmpty() && events.element().nanos() <= nanos) {
      Event event = events.remove();
      if (event.nanos() > now) {
        atOnce = 0;
      }
      if (++atOnce > MOST_AT_ONCE || orders > MOST_EVENTS) {
        throw new Violation("G7: the cluster does not come to rest, " + orders + " events");
      }
      now = event.nanos();
      note(now ^ event.order());
      event.task().run();
    }
    now = nanos;
  }

  /** Adds to the hash of what happened. */
  void note(long what) {
    hash = (hash ^ what) * 0x9E3779B97F4A7C15L;
    hash ^= hash >>> 29;
  }

  long hash() {
    return hash;
  }
}
