package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.quorate.repair.CoOwner.Pair;
import org.quorate.repair.Question.Root;
import org.quorate.repair.Question.Roots;
import org.quorate.repair.Question.RootsAnswer;
import org.quorate.repair.Question.Seen;
import org.quorate.replica.LocalReplica;
import org.quorate.replica.Partition;
import org.quorate.replica.Shard;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Tracing;
import org.quorate.storage.Store;

/**
 * Keeps the partitions of one loop equal to those of their other owners (Dynamo, section 4.7): the
 * roots are compared at every interval, and what differs is exchanged, some partitions at a time.
 *
 * <p>This node only fetches. Where another lacks something that one fetches it; a node that has
 * just started does so at once, and the others leave it two intervals for that.
 */
public final class AntiEntropy {
  private static final long BUILD_NANOS = 2_000_000;
  private static final long HURRY_NANOS = 10_000_000_000L;
  private static final int EXCHANGES = 64;
  private static final int COPIES = 4;
  private static final int MOST_FUTILE = 5;
  private static final int IMPATIENT_EXCHANGES = 8;

  /** How other nodes are asked. */
  public interface Peer {
    Future<byte[]> exchange(String peer, byte[] question);
  }

  private final Loop loop;
  private final Clock clock;
  private final Shard shard;
  private final Peer peers;
  private final Predicate<String> isUp;
  private final AntiEntropyMetrics metrics;
  private final Tracing tracing;
  private final Exchange.Side side;
  private final Reaper reaper;
  private final int lanes;
  private final int lane;
  private final CoOwners coOwners;
  private final long startedNanos;
  private int waitingTombstones;
  private int notWhole;
  private final Set<Integer> exchanged = new HashSet<>();

  /**
   * @param isUp whether a node can be asked now
   * @param standing of this node
   * @param copyShare of the time that new owners copy, percent
   * @param members tells all other nodes of the cluster
   */
  public AntiEntropy(
      Loop loop,
      Clock clock,
      Shard shard,
      Store store,
      LocalReplica replica,
      Peer peers,
      Predicate<String> isUp,
      Standing standing,
      Supplier<Set<String>> members,
      int copyShare,
      int lanes,
      int lane,
      AntiEntropyMetrics metrics,
      Tracing tracing) {
    this.tracing = tracing;
    this.loop = loop;
    this.clock = clock;
    this.shard = shard;
    this.peers = peers;
    this.isUp = isUp;
    this.metrics = metrics;
    this.lanes = lanes;
    this.lane = lane;
    this.startedNanos = clock.nanos();
    this.side =
        new Exchange.Side(
            shard,
            store,
            replica,
            Pace.ofRepair(loop, clock),
            Pace.ofMoves(loop, clock, copyShare),
            metrics);
    this.reaper = new Reaper(shard, store, this::ask, standing, members, metrics);
    this.coOwners = new CoOwners(clock);
    coOwners.adopt(shard.partitions());
  }

  /** Takes up what the shard's partitions say of their co-owners now. */
  public void adopt() {
    coOwners.adopt(shard.partitions());
    reaper.adopt();
    build();
  }

  /**
   * By co-owner, the time in which each root of what both own was equal to its at least once,
   * nanoseconds. May be asked from any thread.
   */
  public Map<String, Long> ages() {
    return coOwners.ages();
  }

  /** Builds what is not built yet, some at each turn; then {@link #compare} does something. */
  private void build() {
    long began = clock.nanos();
    while (shard.buildNext() && clock.nanos() - began < BUILD_NANOS) {}
    if (!shard.isBuilt()) {
      loop.execute(this::build);
    }
  }

  /** Compares what co-owners own too with them; to be called at every interval, on the loop. */
  public void compare() {
    if (!shard.isBuilt()) {
      return;
    }
    count();
    completeAll();
    for (CoOwner coOwner : coOwners.all()) {
      if (isUp.test(coOwner.name) && !coOwner.isAsked) {
        compare(coOwner, false);
      }
    }
    for (Partition partition : shard.partitions()) {
      if (partition.waitingTombstones() > 0 && partition.coOwners().isEmpty()) {
        reaper.alone(partition);
      }
    }
    reaper.settleStrangers();
  }

  /** Compares what the transition waits for; to be called more often than the interval may be. */
  public void copy() {
    boolean waits = shard.partitions().stream().anyMatch(Partition::isNewcomer);
    boolean hasSettled = shard.tenure().settledEpoch() == shard.tenure().epoch();
    if (waits && hasSettled && shard.isBuilt()) {
      completeAll();
      for (CoOwner coOwner : coOwners.all()) {
        if (coOwner.isToBeAsked() && isUp.test(coOwner.name) && !coOwner.isAsked) {
          compare(coOwner, true);
        }
      }
      exchangeSome();
    }
  }

  private void count() {
    int waiting = shard.waitingTombstones();
    int refilling = shard.refilling().size();
    metrics.waitingTombstones.addAndGet(waiting - waitingTombstones);
    metrics.notWhole.addAndGet(refilling - notWhole);
    waitingTombstones = waiting;
    notWhole = refilling;
  }

  private Future<byte[]> ask(String peer, Question question) {
    byte[] bytes = question.encode();
    metrics.sent(bytes.length);
    return peers.exchange(peer, bytes).onSuccess(answer -> metrics.received(answer.length));
  }

  private void compare(CoOwner coOwner, boolean copies) {
    List<Partition> common = coOwner.pairs(copies).map(pair -> pair.partition).toList();
    if (common.isEmpty()) {
      coOwner.age(clock.nanos());
      return;
    }
    coOwner.isAsked = true;
    metrics.compared();
    List<Integer> wanted =
        common.stream().filter(this::needsHorizons).map(Partition::number).toList();
    List<Root> asked = common.stream().map(partition -> Root.of(shard, partition)).toList();
    long epoch = shard.tenure().epoch();
    Listen.to(
        ask(coOwner.name, new Roots(lanes, lane, copies, Roots.hash(asked), wanted))
            .map(RootsAnswer::decode),
        loop,
        answer -> {
          coOwner.isAsked = false;
          compared(coOwner, answer.areEqual() ? asked : answer.roots(), epoch);
          seen(coOwner, answer.seen());
          exchangeSome();
        },
        e -> {
          coOwner.isAsked = false;
          metrics.failed();
        });
  }

  /** Horizons are of use where all other owners can be asked. */
  private boolean needsHorizons(Partition partition) {
    boolean waits = partition.waitingTombstones() > 0 || partition.lacksHorizon();
    return !shard.isWhole(partition) || (waits && partition.coOwners().stream().allMatch(isUp));
  }

  private void compared(CoOwner coOwner, List<Root> theirs, long epoch) {
    long now = clock.nanos();
    for (Root root : theirs) {
      Pair pair = coOwner.pairs.get(root.partition());
      if (pair != null) {
        pair.isWhole = root.isWhole();
        if (root.root() == pair.partition.tree().root()) {
          pair.equal(now, epoch);
        } else {
          pair.differs(now);
        }
      }
    }
    coOwner.age(now);
  }

  /** What the co-owner has seen, this node has too where their trees are equal. */
  private void seen(CoOwner coOwner, List<Seen> seen) {
    Set<Integer> busy = seen.isEmpty() ? Set.of() : side.store().busy();
    for (Seen theirs : seen) {
      Pair pair = coOwner.pairs.get(theirs.partition());
      if (pair != null) {
        boolean isEqual = pair.partition.tree().root() == theirs.root();
        reaper.told(coOwner.name, pair.partition, theirs.horizon(), isEqual, busy);
      }
    }
  }

  /** A partition of which this node had all that each source had lacks nothing any more. */
  private void completeAll() {
    for (Partition partition : shard.partitions()) {
      List<Pair> pairs = coOwners.sources(partition);
      boolean hasAll = pairs.stream().allMatch(pair -> pair.isCovered);
      boolean canBeMended = !pairs.isEmpty() || partition.isNewcomer() || shard.isSound(partition);
      boolean isAtRest = !exchanged.contains(partition.number());
      boolean isToDo = hasAll && canBeMended && isAtRest && !shard.isWhole(partition);
      if (isToDo && shard.isPrepared(partition)) {
        Listen.to(
            shard.complete(partition, reaper.covered(partition)),
            loop,
            done -> reaper.completed(partition),
            e -> metrics.failed());
      }
    }
  }

  /**
   * Partitions of which this node is to be an owner and has what it takes for their next step: all
   * that each source had once, or, while they settle, all that each had since then.
   */
  public Set<Integer> ready() {
    return shard.partitions().stream()
        .filter(Partition::isNewcomer)
        .filter(this::isReady)
        .map(Partition::number)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean isReady(Partition partition) {
    return shard.isWhole(partition)
        && !exchanged.contains(partition.number())
        && coOwners.sources(partition).stream().noneMatch(Pair::isWaitedFor);
  }

  /** Begins as many exchanges as may be under way; a partition is in one of them at most. */
  private void exchangeSome() {
    boolean hurries = clock.nanos() - startedNanos < HURRY_NANOS;
    for (CoOwner coOwner : coOwners.all()) {
      if (isUp.test(coOwner.name)) {
        for (Pair pair : coOwner.pairs.values()) {
          boolean refills = !shard.isWhole(pair.partition);
          boolean isUrgent = hurries || refills || pair.isWaitedFor();
          boolean isDue = pair.differs && (isUrgent || pair.isDue());
          boolean helps =
              refills ? coOwners.isTurn(coOwner.name, pair.partition, isUp) : pair.isWhole;
          boolean isWanted = isDue && helps && exchanged.size() < EXCHANGES;
          if (isWanted && mayCopy(pair.partition) && shard.isPrepared(pair.partition)) {
            exchange(coOwner, pair);
          }
        }
      }
    }
  }

  /** Copies take long, and must not be in the way of what is to be right soon. */
  private boolean mayCopy(Partition partition) {
    int left = COPIES;
    for (int number : exchanged) {
      Partition each = shard.partition(number);
      left -= each != null && each.isCopied() ? 1 : 0;
    }
    return left > 0 || !partition.isCopied();
  }

  private void exchange(CoOwner coOwner, Pair pair) {
    if (!exchanged.add(pair.partition.number())) {
      return;
    }
    pair.isExchanged = true;
    metrics.exchanged();
    boolean isPatient = ++pair.exchanges % IMPATIENT_EXCHANGES != 0;
    String peer = coOwner.name;
    boolean isWhole = shard.isWhole(pair.partition);
    boolean waits = isWhole && isPatient && !pair.isWaitedFor();
    if (!isWhole) {
      shard.tenure().mark(pair.partition.number());
    }
    boolean isFirst = !isWhole && coOwners.hasCoveredNone(pair.partition);
    long epoch = shard.tenure().epoch();
    Exchange exchange =
        new Exchange(side, pair.partition, question -> ask(peer, question), waits, isFirst);
    Listen.to(
        tracing.work("anti-entropy", peer, exchange::run),
        loop,
        result -> {
          if (result.isComplete()) {
            pair.covered(epoch);
            reaper.covers(pair.partition, result.seen());
          }
          pair.futile = result.changed() > 0 ? 0 : Math.min(MOST_FUTILE, pair.futile + 1);
          ended(pair, exchange);
        },
        e -> {
          metrics.failed();
          ended(pair, exchange);
        });
  }

  /** What came from a node that has gaps may be old: those without are to be asked again. */
  private void ended(Pair pair, Exchange exchange) {
    exchanged.remove(pair.partition.number());
    pair.mayBeOld = exchange.mayBeOld();
    if (pair.mayBeOld) {
      coOwners
          .pairs(pair.partition)
          .forEach(each -> each.isCovered &= each.mayBeOld && !each.isWhole);
    }
    pair.isExchanged = false;
    pair.differs = false;
    pair.rounds = 0;
    exchangeSome();
  }

  /** This node's disk is not what it was: nothing is known to be equal. */
  public void forget() {
    for (CoOwner coOwner : coOwners.all()) {
      coOwner.pairs.values().forEach(pair -> pair.isCovered = false);
    }
  }

  /**
   * What differs now at one co-owner.
   *
   * @param ageNanos how long that has been seen
   * @param isExchanged whether it is being fetched
   */
  public record Difference(
      String peer, int partition, long ageNanos, boolean isExchanged, boolean isPeerWhole) {}

  /** All differences of this loop's partitions. */
  public List<Difference> differences() {
    List<Difference> differences = new ArrayList<>();
    for (CoOwner coOwner : coOwners.all()) {
      for (Pair pair : coOwner.pairs.values()) {
        if (pair.differs || pair.isExchanged) {
          differences.add(
              new Difference(
                  coOwner.name,
                  pair.partition.number(),
                  clock.nanos() - pair.sinceNanos,
                  pair.isExchanged,
                  pair.isWhole));
        }
      }
    }
    return differences;
  }
}
