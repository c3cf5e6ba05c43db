package org.quorate.gossip;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** Counts since the start, of what this member did itself; readable by any thread. */
public final class Stats {
  /** What is counted. */
  public enum Event {
    /** Members probed in their turn, or out of turn to check a suspicion. */
    PROBE,
    /** Probes not answered directly, so that others were asked. */
    INDIRECT_PROBE,
    /** Probes answered by no way. */
    FAILED_PROBE,
    /** Gone members pinged in case they are back. */
    KNOCK,
    /** Members that this one was the first it knows of to suspect. */
    SUSPICION,
    /** Members that this one declared dead. */
    DEATH,
    /** Claims against itself that this one refuted. */
    REFUTATION,
    /** Times that this member slept. */
    SLEEP,
    /** Processes turned away because another one has their name. */
    NAME_CONFLICT,
    /** Datagrams dropped: not of this protocol, or changed on their way. */
    DROPPED_GARBAGE,
    /** Datagrams dropped: another version. */
    DROPPED_VERSION,
    /** Datagrams dropped: another cluster. */
    DROPPED_CLUSTER
  }

  private final Map<Event, AtomicLong> counts = new EnumMap<>(Event.class);

  Stats() {
    for (Event event : Event.values()) {
      counts.put(event, new AtomicLong());
    }
  }

  void count(Event event) {
    counter(event).incrementAndGet();
  }

  public long of(Event event) {
    return counter(event).get();
  }

  private AtomicLong counter(Event event) {
    return Objects.requireNonNull(counts.get(event));
  }
}
