package org.quorate.repair;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.quorate.repair.CoOwner.Pair;
import org.quorate.replica.Partition;
import org.quorate.runtime.Clock;

/** The co-owners of one loop's partitions. Used on that loop, but for what says otherwise. */
final class CoOwners {
  private final Clock clock;
  private volatile Map<String, CoOwner> byName = new TreeMap<>();

  CoOwners(Clock clock) {
    this.clock = clock;
  }

  /** Takes up what the partitions say now; what is known of those that stay is kept. */
  void adopt(Collection<Partition> partitions) {
    Map<String, CoOwner> before = byName;
    Map<String, CoOwner> now = new TreeMap<>();
    for (Partition partition : partitions) {
      for (String name : partition.coOwners()) {
        CoOwner known = before.get(name);
        Pair pair = known == null ? null : known.pairs.get(partition.number());
        Pair kept =
            pair != null && pair.partition == partition ? pair : new Pair(partition, clock.nanos());
        kept.source(partition.sources().contains(name));
        now.computeIfAbsent(name, CoOwner::new).pairs.put(partition.number(), kept);
      }
    }
    now.values().forEach(coOwner -> coOwner.age(clock.nanos()));
    byName = now;
  }

  Collection<CoOwner> all() {
    return byName.values();
  }

  /** What is known of the partition at the nodes that it is copied, or mended, from. */
  List<Pair> sources(Partition partition) {
    return partition.sources().stream().map(name -> pair(name, partition)).toList();
  }

  Pair pair(String name, Partition partition) {
    CoOwner coOwner = byName.get(name);
    Pair pair = coOwner == null ? null : coOwner.pairs.get(partition.number());
    if (pair == null) {
      throw new IllegalStateException(name + " is no co-owner of " + partition.number());
    }
    return pair;
  }

  /** Whether there is no source yet of which this node had all that it had. */
  boolean hasCoveredNone(Partition partition) {
    return sources(partition).stream().noneMatch(pair -> pair.isCovered);
  }

  /**
   * Whether a partition that is not whole is to be fetched from this co-owner now: each from
   * another source first, so that the load is spread.
   */
  boolean isTurn(String coOwner, Partition partition, Predicate<String> isUp) {
    List<String> sources = partition.sources();
    boolean hasAll = true;
    for (int i = 0; i < sources.size(); i++) {
      String first = sources.get((partition.number() + i) % sources.size());
      boolean isCovered = pair(first, partition).isCovered;
      if (isUp.test(first) && !isCovered) {
        return first.equals(coOwner);
      }
      hasAll &= isCovered;
    }
    return !hasAll && sources.contains(coOwner);
  }

  List<Pair> pairs(Partition partition) {
    return byName.values().stream()
        .map(coOwner -> coOwner.pairs.get(partition.number()))
        .filter(Objects::nonNull)
        .toList();
  }

  /** As {@link AntiEntropy#ages}. */
  Map<String, Long> ages() {
    Map<String, Long> ages = new TreeMap<>();
    byName.forEach((name, coOwner) -> ages.put(name, clock.nanos() - coOwner.equalNanos));
    return ages;
  }
}
