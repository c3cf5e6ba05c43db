package org.quorate;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.repair.AntiEntropy;
import org.quorate.repair.AntiEntropyMetrics;
import org.quorate.repair.Hints;
import org.quorate.replica.Shard;
import org.quorate.storage.StorageMetrics;

/** What a node has still to repair. May be asked from any thread. */
public final class RepairView {
  private final Lanes lanes;
  private final Hints hints;
  private final StorageMetrics storageMetrics;

  RepairView(Lanes lanes, Hints hints, StorageMetrics storageMetrics) {
    this.lanes = lanes;
    this.hints = hints;
    this.storageMetrics = storageMetrics;
  }

  /** Hints that this node keeps, by the node that they are for, where there are any. */
  public Map<String, Long> pendingHints() {
    return hints.pendingByTarget();
  }

  /** What differs from co-owners, by loop. Completes when each loop has told. */
  public Future<List<AntiEntropy.Difference>> differences() {
    List<AntiEntropy.Difference> all = Collections.synchronizedList(new ArrayList<>());
    return lanes.run(lane -> all.addAll(lane.antiEntropy().differences())).map(done -> all);
  }

  /**
   * By co-owner, the time in which all partitions that both own were equal at least once,
   * nanoseconds.
   */
  public Map<String, Long> coOwners() {
    Map<String, Long> ages = new TreeMap<>();
    for (Lanes.Lane lane : lanes) {
      lane.antiEntropy().ages().forEach((name, age) -> ages.merge(name, age, Math::max));
    }
    return ages;
  }

  /** Watches how long it takes until all partitions were equal once, for each co-owner. */
  void watch(AntiEntropyMetrics metrics) {
    for (String name : coOwners().keySet()) {
      metrics.watch(name, () -> coOwners().getOrDefault(name, 0L) / 1e9);
    }
  }

  /** Tombstones that some owner may not have seen yet. */
  public int waitingTombstones() {
    int waiting = 0;
    for (Lanes.Lane lane : lanes) {
      waiting += lane.shard().waitingTombstones();
    }
    return waiting;
  }

  /** Partitions of which this node may have forgotten something. */
  public Set<Integer> refilling() {
    Set<Integer> refilling = new TreeSet<>();
    for (Lanes.Lane lane : lanes) {
      refilling.addAll(lane.shard().refilling());
    }
    return refilling;
  }

  /**
   * One partition's keys here, those of tombstones that wait among them.
   *
   * @param bytes length of their newest records
   * @param isWhole whether this node has forgotten nothing of it
   */
  public record Held(int partition, long keys, long bytes, boolean isWhole) {}

  /** What this node has of each partition that it owns or is to own, ascending by number. */
  public Future<List<Held>> held() {
    List<Held> all = Collections.synchronizedList(new ArrayList<>());
    return lanes
        .run(
            lane -> {
              Shard shard = lane.shard();
              shard
                  .partitions()
                  .forEach(
                      of ->
                          all.add(new Held(of.number(), of.keys(), of.bytes(), shard.isWhole(of))));
            })
        .map(
            done -> {
              all.sort(Comparator.comparingInt(Held::partition));
              return all;
            });
  }

  /** Partitions that this node owns no more, and has not forgotten yet. */
  public Set<Integer> leaving() {
    Set<Integer> leaving = new TreeSet<>();
    for (Lanes.Lane lane : lanes) {
      leaving.addAll(lane.shard().tenure().left());
    }
    return leaving;
  }

  /** How much of the log the present round of the scrub has read, 0 to 1. */
  public double scrubProgress() {
    return storageMetrics.scrubProgress();
  }
}
