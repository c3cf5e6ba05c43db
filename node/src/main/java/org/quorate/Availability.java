package org.quorate;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.ring.PartitionState;

/** What this node believes can be served, with the default quorums: a look at each second. */
final class Availability {
  private final String self;
  private final Defaults defaults;
  private final Supplier<ClusterState> state;
  private final Predicate<String> isUp;
  private final MeterRegistry registry;
  private final Map<String, Gauge> peers = new HashMap<>();
  private long checkedEpoch;
  private volatile int copying;
  private volatile int settling;
  private volatile Set<String> up = Set.of();
  private volatile Map<PartitionState, Integer> partitions = Map.of();

  /** The quorums that are looked at; of buckets with an n of their own, majorities. */
  record Defaults(int n, int r, int w) {
    static Defaults of(int n, IntUnaryOperator r, IntUnaryOperator w) {
      return new Defaults(n, r.applyAsInt(n), w.applyAsInt(n));
    }
  }

  /**
   * @param isUp whether a node can be asked now, this one among them
   */
  Availability(
      String self,
      Defaults defaults,
      Supplier<ClusterState> state,
      Predicate<String> isUp,
      MeterRegistry registry) {
    this.self = self;
    this.defaults = defaults;
    this.state = state;
    this.isUp = isUp;
    this.registry = registry;
    for (PartitionState each : PartitionState.values()) {
      Gauge.builder("quorate.partitions", this, a -> a.partitions.getOrDefault(each, 0))
          .description("Partitions by what can be done with their keys at the default quorums")
          .tag("state", each.label())
          .register(registry);
    }
    Gauge.builder("quorate.ring.epoch", state, of -> of.get().epoch()).register(registry);
    Gauge.builder("quorate.transition.active", state, of -> of.get().transition() == null ? 0 : 1)
        .description("Whether a change of the members is under way")
        .register(registry);
    phase("copying", a -> a.copying);
    phase("settling", a -> a.settling);
  }

  private void phase(String phase, ToDoubleFunction<Availability> count) {
    Gauge.builder("quorate.transition.partitions", this, count)
        .description("Partitions on their way to other owners")
        .tag("phase", phase)
        .register(registry);
  }

  /** Looks again; on the loop that knows who is up. */
  void check() {
    ClusterState known = state.get();
    Set<String> names = known.nodes().stream().map(Member::name).collect(Collectors.toSet());
    Set<String> now = names.stream().filter(isUp).collect(Collectors.toSet());
    if (now.equals(up) && checkedEpoch == known.epoch()) {
      return;
    }
    checkedEpoch = known.epoch();
    Map<PartitionState, Integer> counts = new EnumMap<>(PartitionState.class);
    int moving = 0;
    int settle = 0;
    for (int p = 0; p < known.ring().partitions(); p++) {
      Assignment assignment = known.assignment(p);
      int n = known.copies(p);
      int readable = count(assignment.now(), n, now);
      int writable = readable;
      if (assignment.isMoving()) {
        writable = Math.min(readable, count(assignment.next(), n, now));
        readable = assignment.isSettling() ? writable : readable;
        moving++;
        settle += assignment.isSettling() ? 1 : 0;
      }
      int r = n == defaults.n() ? defaults.r() : n / 2 + 1;
      int w = n == defaults.n() ? defaults.w() : n / 2 + 1;
      counts.merge(PartitionState.of(readable, writable, n, r, w), 1, Integer::sum);
    }
    up = now;
    copying = moving - settle;
    settling = settle;
    partitions = Collections.unmodifiableMap(counts);
    watch(names);
  }

  private static int count(List<Member> preference, int n, Set<String> living) {
    int up = 0;
    for (Member owner : preference.subList(0, Math.min(n, preference.size()))) {
      up += living.contains(owner.name()) ? 1 : 0;
    }
    return up;
  }

  private void watch(Set<String> names) {
    for (String gone : List.copyOf(peers.keySet())) {
      if (!names.contains(gone)) {
        registry.remove(peers.remove(gone));
      }
    }
    for (String name : names) {
      if (!name.equals(self)) {
        peers.computeIfAbsent(
            name,
            peer ->
                Gauge.builder("quorate.peer.up", this, a -> a.up.contains(peer) ? 1 : 0)
                    .description("Whether the peer can be asked")
                    .tag("peer", peer)
                    .register(registry));
      }
    }
  }

  /** How many partitions are in each state; those in which none is are missing. */
  Map<PartitionState, Integer> partitions() {
    return partitions;
  }
}
