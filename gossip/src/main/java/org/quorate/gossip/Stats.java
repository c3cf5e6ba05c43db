package org.quorate.gossip;

import java.util.EnumMap;
import java.util.Map;

/** Counts since the start, of what this member did itself. */
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

  private final Map<Event, Long> counts = new EnumMap<>(Event.class);

  void count(Event event) {
    counts.merge(event, 1L, Long::sum);
  }

  public long of(Event event) {
    return counts.getOrDefault(event, 0L);
  }
}
