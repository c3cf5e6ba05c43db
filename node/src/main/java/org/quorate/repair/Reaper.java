package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.quorate.repair.Question.Standing;
import org.quorate.repair.Question.StandingAnswer;
import org.quorate.replica.Partition;
import org.quorate.replica.Shard;
import org.quorate.runtime.Listen;
import org.quorate.storage.Location;
import org.quorate.storage.Store;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;

/**
 * Lets go of the tombstones that all owners have seen, in the partitions of one loop.
 *
 * <p>A tombstone waits until its context is within the horizons of all owners of its partition.
 * Horizons grow here while one waits: by what another owner has seen while the trees were equal.
 */
final class Reaper {
  private static final int AT_ONCE = 4096;

  /** What is known of a partition in which tombstones wait. */
  private static final class Wait {
    private final Map<String, CausalContext> told = new HashMap<>();
    private final Set<String> equalNow = new HashSet<>();
    private CausalContext equallyTold = CausalContext.EMPTY;
    private List<Object> sweptFor = List.of();
    private int equalRounds;

    /** Actors in tombstones that not all horizons cover. */
    private final Set<Long> uncovered = new HashSet<>();

    /** Those of them that are gone, if the trees still are equal after this round. */
    private Set<Long> gone = Set.of();

    private int goneInRound;
  }

  private final Shard shard;
  private final Store store;
  private final BiFunction<String, Question, Future<byte[]>> peers;
  private final Supplier<StandingAnswer> self;
  private final Set<String> members;
  private final AntiEntropyMetrics metrics;
  private final Map<Integer, Wait> waits = new HashMap<>();
  private boolean isAsking;

  /**
   * @param peers asks another node
   * @param self what this node would answer
   * @param members all other nodes of the cluster
   */
  Reaper(
      Shard shard,
      Store store,
      BiFunction<String, Question, Future<byte[]>> peers,
      Supplier<StandingAnswer> self,
      Set<String> members,
      AntiEntropyMetrics metrics) {
    this.shard = shard;
    this.store = store;
    this.peers = peers;
    this.self = self;
    this.members = members;
    this.metrics = metrics;
  }

  private Wait wait(Partition partition) {
    return waits.computeIfAbsent(partition.number(), none -> new Wait());
  }

  /**
   * A co-owner has seen this much of the partition.
   *
   * @param isEqual whether its tree is the same as this node's
   */
  void told(String peer, Partition partition, CausalContext horizon, boolean isEqual) {
    Wait wait = wait(partition);
    wait.told.put(peer, horizon);
    if (isEqual) {
      wait.equallyTold = wait.equallyTold.join(horizon);
      wait.equalNow.add(peer);
      shard.see(partition, horizon);
    } else {
      differs(wait);
    }
    settle(partition, wait);
  }

  /** A round for a partition that nobody else owns. */
  void alone(Partition partition) {
    shard.see(partition, shard.seen(partition, store.busy()));
    settle(partition, wait(partition));
  }

  private void settle(Partition partition, Wait wait) {
    List<String> others = shard.coOwners(partition);
    if (wait.equalNow.containsAll(others)) {
      wait.equalNow.clear();
      wait.equalRounds++;
      if (!wait.gone.isEmpty() && wait.equalRounds > wait.goneInRound) {
        shard.see(partition, allOf(wait.gone));
        wait.gone = Set.of();
      }
    }
    if (partition.waitingTombstones() > 0 && wait.told.keySet().containsAll(others)) {
      sweep(partition, wait);
    }
  }

  private static void differs(Wait wait) {
    wait.equalNow.clear();
    wait.equalRounds = 0;
    wait.gone = Set.of();
  }

  /** Every dot that these actors ever minted. */
  private static CausalContext allOf(Set<Long> actors) {
    CausalContext all = CausalContext.EMPTY;
    for (long actor : actors) {
      all = all.upTo(new Dot(actor, Long.MAX_VALUE));
    }
    return all;
  }

  /** What co-owners had seen while they were equal to this node: so has this node. */
  CausalContext equallyTold(Partition partition) {
    return wait(partition).equallyTold;
  }

  /** Reaps what all owners have seen, if something has changed since the last time. */
  private void sweep(Partition partition, Wait wait) {
    CausalContext mine = shard.horizon(partition);
    List<Object> now = List.of(partition.waitingTombstones(), mine, Map.copyOf(wait.told));
    if (mine.isEmpty() || now.equals(wait.sweptFor)) {
      return;
    }
    wait.sweptFor = now;
    wait.uncovered.clear();
    List<CausalContext> horizons = new ArrayList<>(wait.told.values());
    horizons.add(mine);
    Map<Key, Location> waiting = new HashMap<>();
    store.forEach(
        partition.number(),
        (key, at) -> {
          if (at.isWaitingTombstone() && waiting.size() < AT_ONCE) {
            waiting.put(key, at);
          }
        });
    waiting.forEach((key, at) -> reap(key, at, horizons, wait));
  }

  private void reap(Key key, Location at, List<CausalContext> horizons, Wait wait) {
    Dot only = at.only();
    if (only != null) {
      reap(key, at, CausalContext.EMPTY.upTo(only), horizons, wait);
    } else {
      Listen.to(
          store.salvage(key),
          store.loop(),
          state -> reap(key, at, state.siblings().context(), horizons, wait),
          unreadable -> {});
    }
  }

  private void reap(
      Key key, Location at, CausalContext seen, List<CausalContext> horizons, Wait wait) {
    for (CausalContext horizon : horizons) {
      if (!horizon.coversAll(seen)) {
        wait.uncovered.addAll(seen.actors());
        return;
      }
    }
    if (store.reap(key, at)) {
      metrics.reaped();
    }
  }

  /**
   * Looks for actors that will never mint again, where nothing else keeps tombstones waiting; to be
   * called every now and then.
   *
   * <p>An actor that is nobody's is gone for good. When no hint waits anywhere either, all that was
   * acknowledged of it is with an owner; and when the owners are equal then and a round later, each
   * has seen it.
   */
  void closeActors() {
    List<Wait> settled =
        waits.values().stream()
            .filter(wait -> wait.equalRounds > 0 && !wait.uncovered.isEmpty())
            .filter(wait -> wait.gone.isEmpty())
            .toList();
    if (settled.isEmpty() || isAsking) {
      return;
    }
    isAsking = true;
    List<Future<StandingAnswer>> answers = new ArrayList<>();
    for (String member : members) {
      answers.add(peers.apply(member, new Standing()).map(StandingAnswer::decode));
    }
    Listen.to(
        Future.all(answers),
        store.loop(),
        all -> {
          isAsking = false;
          close(settled, answers);
        },
        e -> isAsking = false);
  }

  private void close(List<Wait> settled, List<Future<StandingAnswer>> answers) {
    Set<Long> present = new HashSet<>();
    StandingAnswer own = self.get();
    present.add(own.actor());
    long hints = own.hints();
    for (Future<StandingAnswer> answer : answers) {
      present.add(answer.result().actor());
      hints += answer.result().hints();
    }
    if (hints > 0) {
      return;
    }
    for (Wait wait : settled) {
      if (wait.equalRounds > 0) {
        Set<Long> gone = new HashSet<>(wait.uncovered);
        gone.removeAll(present);
        wait.gone = gone;
        wait.goneInRound = wait.equalRounds;
      }
    }
  }
}
