package org.quorate.gossip;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.quorate.gossip.Packet.Kind;
import org.quorate.gossip.Stats.Event;

/**
 * Probes one member in each period, and for others on request.
 *
 * <pre>
 *  begin ── ping ──► direct ── timeout ──► indirect, by helpers ── end of the period ──► accused
 *                      └─────── answered ───────┴──► done
 * </pre>
 */
final class Prober {
  private static final int MOST_RELAYS = 256;
  private static final int MOST_URGENT = 16;

  private static final class Probe {
    private final Entry target;
    private final int sequence;
    private final long timeout;
    private boolean indirect;
    private final Set<String> helpers = new HashSet<>();
    private final Set<String> nacks = new HashSet<>();

    Probe(Entry target, int sequence, long timeout) {
      this.target = target;
      this.sequence = sequence;
      this.timeout = timeout;
    }

    boolean isAnsweredBy(int answered, String sender) {
      return answered == sequence && (sender.equals(target.name()) || helpers.contains(sender));
    }
  }

  /** A probe for another member. */
  private record Relay(
      String target, String origin, int originSequence, long nackAt, long end, boolean nacked) {
    Relay afterNack() {
      return new Relay(target, origin, originSequence, nackAt, end, true);
    }
  }

  private final Table table;
  private final Beliefs beliefs;
  private final Voice voice;
  private final Timing timing;
  private final LocalHealth health;
  private final Stats stats;
  private final RandomGenerator random;
  private final List<Entry> round = new ArrayList<>();
  private final Deque<Entry> urgent = new ArrayDeque<>();
  private final Map<Integer, Relay> relays = new HashMap<>();
  private int next;
  private Optional<Probe> probe = Optional.empty();
  private long periodEnd;

  Prober(
      Table table,
      Beliefs beliefs,
      Voice voice,
      Timing timing,
      LocalHealth health,
      Stats stats,
      RandomGenerator random,
      long now) {
    this.table = table;
    this.beliefs = beliefs;
    this.voice = voice;
    this.timing = timing;
    this.health = health;
    this.stats = stats;
    this.random = random;
    this.periodEnd = now + random.nextLong(timing.period());
  }

  /** Probes this member in the next period. */
  void check(Entry entry) {
    if (urgent.size() < MOST_URGENT && !urgent.contains(entry)) {
      urgent.add(entry);
    }
  }

  /** A member that was not there or was gone: it gets a place in this round. */
  void admit(Entry entry) {
    round.add(next + random.nextInt(round.size() - next + 1), entry);
  }

  void tick(long now) {
    probe
        .filter(each -> !each.indirect && each.timeout <= now)
        .ifPresent(each -> askHelpers(each, now));
    if (periodEnd <= now) {
      probe.ifPresent(each -> fail(each, now));
      begin(now);
    }
    tickRelays(now);
  }

  private void begin(long now) {
    periodEnd = now + health.stretched(timing.period());
    probe =
        nextTarget()
            .map(
                target -> {
                  stats.count(Event.PROBE);
                  int sequence = voice.nextSequence();
                  voice.ping(sequence, target.member());
                  long timeout = now + health.stretched(timing.timeout());
                  return new Probe(target, sequence, timeout);
                });
    knock();
  }

  private Optional<Entry> nextTarget() {
    while (!urgent.isEmpty()) {
      Entry entry = urgent.remove();
      if (entry.state().isLiving()) {
        return Optional.of(entry);
      }
    }
    for (int rounds = 0; rounds < 2; rounds++) {
      while (next < round.size()) {
        Entry entry = round.get(next++);
        if (entry.state().isLiving() && !isSelf(entry)) {
          return Optional.of(entry);
        }
      }
      shuffle();
    }
    return Optional.empty();
  }

  private boolean isSelf(Entry entry) {
    return entry.name().equals(beliefs.self().name());
  }

  private void shuffle() {
    round.clear();
    round.addAll(table.living());
    next = 0;
    for (int i = round.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      Entry swapped = round.set(i, round.get(j));
      round.set(j, swapped);
    }
  }

  /** So that all members together ping each gone one about once a period. */
  private void knock() {
    int gone = table.gone().size();
    if (gone > 0 && random.nextInt(table.living().size()) < gone) {
      stats.count(Event.KNOCK);
      Entry entry = table.gone().get(random.nextInt(gone));
      voice.ping(voice.nextSequence(), entry.member());
    }
  }

  /** If this call is late, the helpers still have their part of the period. */
  private void askHelpers(Probe failing, long now) {
    failing.indirect = true;
    periodEnd = Math.max(periodEnd, now + health.stretched(timing.period() - timing.timeout()));
    stats.count(Event.INDIRECT_PROBE);
    Set<String> but = Set.of(beliefs.self().name(), failing.target.name());
    for (Entry helper : table.anyLiving(Timing.HELPERS, but)) {
      failing.helpers.add(helper.name());
      voice.pingFor(failing.sequence, helper.member(), failing.target.member());
    }
  }

  /** Helpers that did not even say that they got no answer: then the trouble may be here. */
  private void fail(Probe failed, long now) {
    stats.count(Event.FAILED_PROBE);
    int helpers = failed.helpers.size();
    health.worse(helpers == 0 ? 1 : helpers - failed.nacks.size());
    if (failed.target.state().isLiving()) {
      beliefs.accuse(failed.target, now);
    }
  }

  void pingFor(Packet packet, String from, long now) {
    if (relays.size() >= MOST_RELAYS) {
      return;
    }
    int sequence = voice.nextSequence();
    relays.put(
        sequence,
        new Relay(
            packet.target(),
            from,
            packet.sequence(),
            now + timing.timeout(),
            now + 2 * timing.period(),
            false));
    voice.ping(sequence, Member.seed(packet.target(), packet.targetAddress(), ""));
  }

  /** An answer counts if the target gave it, and not another one that has its address now. */
  void acked(int sequence, String sender) {
    Relay relay = relays.get(sequence);
    if (relay != null && relay.target().equals(sender)) {
      relays.remove(sequence);
      voice.report(Kind.ACK, relay.originSequence(), relay.origin());
    } else if (probe.filter(each -> each.isAnsweredBy(sequence, sender)).isPresent()) {
      probe = Optional.empty();
      health.better();
    }
  }

  void nacked(int sequence, String sender) {
    probe
        .filter(each -> each.sequence == sequence && each.helpers.contains(sender))
        .ifPresent(each -> each.nacks.add(sender));
  }

  private void tickRelays(long now) {
    relays.values().removeIf(relay -> relay.end() <= now);
    relays.replaceAll(
        (sequence, relay) -> {
          if (relay.nacked() || relay.nackAt() > now) {
            return relay;
          }
          voice.report(Kind.NACK, relay.originSequence(), relay.origin());
          return relay.afterNack();
        });
  }

  long dueNanos() {
    long due = periodEnd;
    if (probe.isPresent() && !probe.get().indirect) {
      due = Math.min(due, probe.get().timeout);
    }
    for (Relay relay : relays.values()) {
      due = Math.min(due, relay.nacked() ? relay.end() : relay.nackAt());
    }
    return due;
  }

  /** This member slept: what it waited for may have come and gone. */
  void slept(long now) {
    probe = Optional.empty();
    relays.clear();
    periodEnd = now + timing.period();
  }
}
