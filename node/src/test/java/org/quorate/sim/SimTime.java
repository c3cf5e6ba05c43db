package org.quorate.sim;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: what is to happen, in order, and a hash of all that happened. */
final class SimTime {
  static final long MILLI = 1_000_000;
  static final long SECOND = 1000 * MILLI;

  private record Event(long nanos, long order, Runnable task) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::order));
  private long now = SECOND;
  private long orders;
  private long hash = 1;

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
