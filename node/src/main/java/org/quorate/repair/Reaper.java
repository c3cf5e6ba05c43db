package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.quorate.repair.Question.AskStanding;
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
  private static final int REAPED_AT_ONCE = 4096;
  private static final int READ_AT_ONCE = 256;
  private static final int ROUNDS_TO_SETTLE = 3;

  /** What is known of a partition in which tombstones wait. */
  private static final class Wait {
    private final Map<String, CausalContext> told = new HashMap<>();
    private final Set<String> toldNow = new HashSet<>();
    private final Set<String> equalNow = new HashSet<>();
    private CausalContext covered = CausalContext.EMPTY;
    private List<Object> sweptFor = List.of();

    /** Of the tombstones that must be read to tell, those that a pass has read in sweeps before. */
    private int skipped;

    private int equalRounds;

    /** Actors in tombstones that not all horizons cover. */
    private final Set<Long> uncovered = new HashSet<>();

    /** What is settled of those, once the trees were equal in one more round. */
    private CausalContext settled = CausalContext.EMPTY;

    private int settledInRound;
  }

  private final Shard shard;
  private final Store store;
  private final BiFunction<String, Question, Future<byte[]>> peers;
  private final Standing self;
  private final Supplier<Set<String>> members;
  private final AntiEntropyMetrics metrics;
  private final Map<Partition, Wait> waits = new LinkedHashMap<>();

  /** What all members answered at one time, and what waited for it then. */
  private record Round(
      List<String> members, List<Standing.Answer> answers, Map<Wait, Set<Long>> uncovered) {}

  private final Deque<Round> asked = new ArrayDeque<>();
  private boolean isAsking;

  /**
   * @param peers asks another node
   * @param self what this node has under way
   * @param members tells all other nodes of the cluster
   */
  Reaper(
      Shard shard,
      Store store,
      BiFunction<String, Question, Future<byte[]>> peers,
      Standing self,
      Supplier<Set<String>> members,
      AntiEntropyMetrics metrics) {
    this.shard = shard;
    this.store = store;
    this.peers = peers;
    this.self = self;
    this.members = members;
    this.metrics = metrics;
  }

  /** Takes up which partitions there are now. */
  void adopt() {
    waits.keySet().removeIf(each -> !each.equals(shard.partition(each.number())));
  }

  private Wait wait(Partition partition) {
    return waits.computeIfAbsent(partition, none -> new Wait());
  }

  /**
   * A co-owner has seen this much of the partition.
   *
   * @param isEqual whether its tree is the same as this node's
   * @param busy the partitions of which something is in flight here
   */
  void told(
      String peer, Partition partition, CausalContext horizon, boolean isEqual, Set<Integer> busy) {
    Wait wait = wait(partition);
    wait.told.put(peer, horizon);
    wait.toldNow.add(peer);
    if (isEqual) {
      wait.covered = wait.covered.join(horizon);
      wait.equalNow.add(peer);
      see(partition, horizon, busy, () -> {});
    } else {
      differs(wait);
    }
    settle(partition, wait, busy);
  }

  /** A round for a partition that nobody else owns. */
  void alone(Partition partition) {
    Set<Integer> busy = store.busy();
    see(partition, shard.seen(partition, busy), busy, () -> {});
    settle(partition, wait(partition), busy);
  }

  private void see(
      Partition partition, CausalContext seen, Set<Integer> busy, Runnable afterwards) {
    Listen.to(
        shard.see(partition, seen, busy),
        store.loop(),
        durable -> afterwards.run(),
        e -> metrics.failed());
  }

  private void settle(Partition partition, Wait wait, Set<Integer> busy) {
    List<String> others = partition.coOwners();
    wait.told.keySet().retainAll(others);
    if (wait.equalNow.containsAll(others)) {
      wait.equalNow.clear();
      wait.equalRounds++;
      partition.lacksHorizon(false);
      if (!wait.settled.isEmpty() && wait.equalRounds > wait.settledInRound) {
        see(partition, wait.settled, busy, () -> wait.settled = CausalContext.EMPTY);
      }
    }
    if (wait.toldNow.containsAll(others)) {
      wait.toldNow.clear();
      if (partition.waitingTombstones() > 0) {
        sweep(partition, wait);
      }
    }
  }

  private static void differs(Wait wait) {
    wait.equalNow.clear();
    wait.equalRounds = 0;
    wait.settled = CausalContext.EMPTY;
  }

  /** This node got all that a co-owner had that had seen this. */
  void covers(Partition partition, CausalContext seen) {
    Wait wait = wait(partition);
    wait.covered = wait.covered.join(seen);
  }

  /** This node has become whole: what it was told while that was written counts too. */
  void completed(Partition partition) {
    Wait wait = wait(partition);
    wait.equalNow.clear();
    partition.lacksHorizon(true);
    see(partition, wait.covered, store.busy(), () -> {});
  }

  /** What co-owners had seen of which this node had all that they had: so has this node. */
  CausalContext covered(Partition partition) {
    return wait(partition).covered;
  }

  /** Reaps what all owners have seen, if something has changed since the last time. */
  private void sweep(Partition partition, Wait wait) {
    CausalContext mine = shard.horizon(partition);
    List<Object> now = List.of(partition.tombstones(), mine, Map.copyOf(wait.told));
    boolean isUnderWay = wait.skipped > 0;
    if (mine.isEmpty() || (!isUnderWay && now.equals(wait.sweptFor))) {
      return;
    }
    if (!isUnderWay) {
      wait.sweptFor = now;
      wait.uncovered.clear();
    }
    List<CausalContext> horizons = new ArrayList<>(wait.told.values());
    horizons.add(mine);
    Map<Key, Location> seenByAll = new HashMap<>();
    Map<Key, Location> unclear = new HashMap<>();
    int[] toBeRead = {0};
    store.forEach(
        partition.number(),
        (key, at) -> {
          Dot only = at.only();
          if (key.isSystem() || !at.isWaitingTombstone()) {
            return;
          }
          if (only == null) {
            int number = toBeRead[0]++;
            if (number >= wait.skipped && unclear.size() < READ_AT_ONCE) {
              unclear.put(key, at);
            }
          } else if (haveAllSeen(CausalContext.EMPTY.upTo(only), horizons, wait)
              && seenByAll.size() < REAPED_AT_ONCE) {
            seenByAll.put(key, at);
          }
        });
    wait.skipped = wait.skipped + READ_AT_ONCE < toBeRead[0] ? wait.skipped + READ_AT_ONCE : 0;
    if (seenByAll.size() == REAPED_AT_ONCE) {
      wait.sweptFor = List.of();
    }
    seenByAll.forEach((key, at) -> reap(key, at, wait));
    unclear.forEach(
        (key, at) ->
            Listen.to(
                store.salvage(key),
                store.loop(),
                state -> {
                  if (haveAllSeen(state.siblings().context(), horizons, wait)) {
                    reap(key, at, wait);
                  }
                },
                unreadable -> wait.sweptFor = List.of()));
  }

  private static boolean haveAllSeen(CausalContext seen, List<CausalContext> horizons, Wait wait) {
    boolean haveAll = horizons.stream().allMatch(horizon -> horizon.coversAll(seen));
    if (!haveAll) {
      wait.uncovered.addAll(seen.actors());
    }
    return haveAll;
  }

  private void reap(Key key, Location at, Wait wait) {
    if (store.reap(key, at)) {
      metrics.reaped();
    } else {
      wait.sweptFor = List.of();
    }
  }

  /**
   * Looks for what no owner can vouch for, where nothing else keeps tombstones waiting: dots of
   * actors that are gone, or of nodes that stood in for an owner. To be called every now and then.
   *
   * <p>All members are asked three times. What any of them had minted at the first time is with an
   * owner at the third, as far as it was acknowledged, if by then all writes are done that began
   * before the second, and no hint waits anywhere. An actor that nobody has is gone for good. When
   * the owners are equal once more after that, each has seen it.
   */
  void settleStrangers() {
    List<Wait> waiting =
        waits.values().stream()
            .filter(wait -> wait.equalRounds > 0 && !wait.uncovered.isEmpty())
            .filter(wait -> wait.settled.isEmpty())
            .toList();
    if (waiting.isEmpty()) {
      asked.clear();
    }
    if (waiting.isEmpty() || isAsking || self.now().isEmpty()) {
      return;
    }
    isAsking = true;
    List<String> asking = List.copyOf(members.get());
    List<Future<Standing.Answer>> answers = new ArrayList<>();
    for (String member : asking) {
      answers.add(peers.apply(member, new AskStanding()).map(Standing.Answer::decode));
    }
    answers.add(Future.succeededFuture(self.now().orElseThrow()));
    Listen.to(
        Future.all(answers),
        store.loop(),
        all -> {
          isAsking = false;
          Map<Wait, Set<Long>> uncovered = new LinkedHashMap<>();
          waiting.forEach(wait -> uncovered.put(wait, Set.copyOf(wait.uncovered)));
          asked.removeIf(round -> !round.members().equals(asking));
          asked.add(new Round(asking, all.list(), uncovered));
          if (asked.size() == ROUNDS_TO_SETTLE) {
            settle(asked.remove(), asked.element().answers(), all.list());
          }
        },
        e -> {
          isAsking = false;
          asked.clear();
        });
  }

  private static void settle(
      Round first, List<Standing.Answer> second, List<Standing.Answer> third) {
    CausalContext minted = CausalContext.EMPTY;
    Set<Long> present = new HashSet<>();
    for (int i = 0; i < third.size(); i++) {
      if (third.get(i).hints() > 0 || third.get(i).oldestAge() < second.get(i).age()) {
        return;
      }
      Standing.Answer then = first.answers().get(i);
      present.add(then.actor());
      present.add(second.get(i).actor());
      present.add(third.get(i).actor());
      if (then.minted() > 0) {
        minted = minted.upTo(new Dot(then.actor(), then.minted()));
      }
    }
    CausalContext known = minted;
    first
        .uncovered()
        .forEach(
            (wait, actors) -> {
              CausalContext settled = CausalContext.EMPTY;
              for (long actor : actors) {
                settled =
                    present.contains(actor)
                        ? settled.join(known.only(actor))
                        : settled.upTo(new Dot(actor, Long.MAX_VALUE));
              }
              wait.settled = settled;
              wait.equalNow.clear();
              wait.settledInRound = wait.equalRounds + 1;
            });
  }
}
