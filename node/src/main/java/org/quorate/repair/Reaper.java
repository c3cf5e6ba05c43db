package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.quorate.repair.Question.AskStanding;
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

    /** Those when all members were asked the last time. */
    private Set<Long> asked = Set.of();

    /** What is settled of those, once the trees were equal in one more round. */
    private CausalContext settled = CausalContext.EMPTY;

    private int settledInRound;
  }

  private final Shard shard;
  private final Store store;
  private final BiFunction<String, Question, Future<byte[]>> peers;
  private final Standing self;
  private final Set<String> members;
  private final AntiEntropyMetrics metrics;
  private final Map<Integer, Wait> waits = new HashMap<>();
  private List<StandingAnswer> before = List.of();
  private boolean isAsking;

  /**
   * @param peers asks another node
   * @param self what this node has under way
   * @param members all other nodes of the cluster
   */
  Reaper(
      Shard shard,
      Store store,
      BiFunction<String, Question, Future<byte[]>> peers,
      Standing self,
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
      if (!wait.settled.isEmpty() && wait.equalRounds > wait.settledInRound) {
        shard.see(partition, wait.settled);
        wait.settled = CausalContext.EMPTY;
      }
    }
    if (partition.waitingTombstones() > 0 && wait.told.keySet().containsAll(others)) {
      sweep(partition, wait);
    }
  }

  private static void differs(Wait wait) {
    wait.equalNow.clear();
    wait.equalRounds = 0;
    wait.settled = CausalContext.EMPTY;
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
          if (!key.isSystem() && at.isWaitingTombstone() && waiting.size() < AT_ONCE) {
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
   * Looks for what no owner can vouch for, where nothing else keeps tombstones waiting: dots of
   * actors that are gone, or of nodes that stood in for an owner. To be called every now and then.
   *
   * <p>All members are asked twice. What any of them had minted at the first time is with an owner
   * at the second, as far as it was acknowledged, if by then all writes are done that were in
   * progress at the first, and no hint waits anywhere. An actor that nobody has is gone for good.
   * When the owners are equal once more after that, each has seen it.
   */
  void settleStrangers() {
    List<Wait> waiting =
        waits.values().stream()
            .filter(wait -> wait.equalRounds > 0 && !wait.uncovered.isEmpty())
            .filter(wait -> wait.settled.isEmpty())
            .toList();
    if (waiting.isEmpty()) {
      before = List.of();
    }
    if (waiting.isEmpty() || isAsking || self.now().isEmpty()) {
      return;
    }
    isAsking = true;
    List<Future<StandingAnswer>> answers = new ArrayList<>();
    for (String member : members) {
      answers.add(peers.apply(member, new AskStanding()).map(StandingAnswer::decode));
    }
    answers.add(Future.succeededFuture(self.now().orElseThrow()));
    Listen.to(
        Future.all(answers),
        store.loop(),
        all -> {
          isAsking = false;
          settle(waiting, all.list());
          waiting.forEach(wait -> wait.asked = Set.copyOf(wait.uncovered));
        },
        e -> {
          isAsking = false;
          before = List.of();
        });
  }

  private void settle(List<Wait> waiting, List<StandingAnswer> now) {
    CausalContext minted = CausalContext.EMPTY;
    Set<Long> present = new HashSet<>();
    boolean isDone = before.size() == now.size();
    for (int i = 0; i < before.size() && isDone; i++) {
      StandingAnswer first = before.get(i);
      StandingAnswer second = now.get(i);
      isDone = second.hints() == 0 && second.oldestAge() >= first.age();
      present.add(first.actor());
      present.add(second.actor());
      if (first.minted() > 0) {
        minted = minted.upTo(new Dot(first.actor(), first.minted()));
      }
    }
    before = now;
    if (!isDone) {
      return;
    }
    for (Wait wait : waiting) {
      if (wait.equalRounds > 0) {
        CausalContext settled = CausalContext.EMPTY;
        for (long actor : wait.asked) {
          settled =
              present.contains(actor)
                  ? settled.join(minted.only(actor))
                  : settled.upTo(new Dot(actor, Long.MAX_VALUE));
        }
        wait.settled = settled;
        wait.settledInRound = wait.equalRounds;
      }
    }
  }
}
