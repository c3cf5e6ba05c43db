package org.quorate;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.quorate.ring.Member;
import org.quorate.ring.PartitionState;
import org.quorate.ring.Ring;

/** What this node believes can be served, with the default quorums: a look at each second. */
final class Availability {
  private final NodeConfig config;
  private final Ring ring;
  private final Predicate<String> isUp;
  private volatile Set<String> up = Set.of();
  private volatile Map<PartitionState, Integer> partitions = Map.of();

  /**
   * @param isUp whether a node can be asked now, this one among them
   */
  Availability(NodeConfig config, Ring ring, Predicate<String> isUp, MeterRegistry registry) {
    this.config = config;
    this.ring = ring;
    this.isUp = isUp;
    for (PartitionState state : PartitionState.values()) {
      Gauge.builder("quorate.partitions", this, a -> a.partitions.getOrDefault(state, 0))
          .description("Partitions by what can be done with their keys at the default quorums")
          .tag("state", state.label())
          .register(registry);
    }
    for (Member member : ring.members()) {
      if (!member.name().equals(config.name())) {
        Gauge.builder("quorate.peer.up", this, a -> a.up.contains(member.name()) ? 1 : 0)
            .description("Whether the peer can be asked")
            .tag("peer", member.name())
            .register(registry);
      }
    }
    Gauge.builder("quorate.ring.epoch", ring, Ring::epoch).register(registry);
  }

  /** Looks again; on the loop that knows who is up. */
  void check() {
    Set<String> now =
        ring.members().stream().map(Member::name).filter(isUp).collect(Collectors.toSet());
    if (now.equals(up)) {
      return;
    }
    Map<PartitionState, Integer> counts = new EnumMap<>(PartitionState.class);
    for (int p = 0; p < ring.partitions(); p++) {
      int owners =
          (int)
              ring.owners(p, config.n()).stream()
                  .filter(owner -> now.contains(owner.name()))
                  .count();
      counts.merge(PartitionState.of(owners, config.n(), config.r(), config.w()), 1, Integer::sum);
    }
    up = now;
    partitions = Collections.unmodifiableMap(counts);
  }

  /** How many partitions are in each state; those in which none is are missing. */
  Map<PartitionState, Integer> partitions() {
    return partitions;
  }
}
