package org.quorate.replica;

import io.vertx.core.Future;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Founding;
import org.quorate.ring.Transition;
import org.quorate.runtime.Listen;
import org.quorate.storage.Location;
import org.quorate.storage.Store;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;

/**
 * Which partitions one loop of this node has under the newest state of the cluster, and which it
 * has given up.
 *
 * <p>Invariants: what comes under an older state than that in which a partition's owners were last
 * seen to change is refused; a partition that was given up has no horizon by the time that this
 * node says so. Called on the loop, but for what says otherwise.
 */
public final class Tenure {
  private static final long AGAIN_MILLIS = 1000;

  /**
   * In the place of a horizon: what is here of the partition has no use, or none yet. No horizon,
   * since it lacks the seal; no write has this actor.
   */
  private static final State COPY =
      State.of(Siblings.after(CausalContext.EMPTY.upTo(new Dot(-1, 1))));

  private final Store store;
  private final Layout layout;
  private final String node;
  private final int lane;
  private final int lanes;
  private final Map<Integer, Partition> partitions = new ConcurrentSkipListMap<>();

  /** For each partition the epoch in which its owners were last seen to change. */
  private long[] changed;

  /** For each bucket whose n was set the epoch in which that was last seen to begin or to end. */
  private final Map<String, Long> founded = new HashMap<>();

  /** Partitions that this node owns no more, and may have something left of. */
  private final NavigableSet<Integer> left = new ConcurrentSkipListSet<>();

  /** Buckets that were found to have no key here when they were founded. */
  private final Set<String> clear = new HashSet<>();

  private final AtomicInteger voiding = new AtomicInteger();
  private ClusterState state;
  private Cohort cohort = new Cohort();

  /** No update of any cohort before the present one is in progress. */
  private Future<Void> barrier = Future.succeededFuture();

  private volatile long settledEpoch;

  Tenure(Store store, Layout layout, ClusterState state, String node, int lane, int lanes) {
    this.store = store;
    this.layout = layout;
    this.state = state;
    this.node = node;
    this.lane = lane;
    this.lanes = lanes;
    this.changed = new long[state.ring().partitions()];
    this.settledEpoch = state.epoch();
    Arrays.fill(changed, state.epoch());
    state.layered().keySet().forEach(bucket -> founded.put(bucket, state.epoch()));
    noteFounding(state);
    for (int p = 0; p < changed.length; p++) {
      if (isOfLoop(p)) {
        assign(p, true);
      }
    }
  }

  boolean isOfLoop(int partition) {
    return partition % state.ring().slots() % lanes == lane;
  }

  private void noteFounding(ClusterState next) {
    Founding founding = next.founding();
    if (founding != null) {
      founded.put(founding.bucket(), founding.since());
    }
  }

  /**
   * Whether this node has the partition now; if not, it is given up if it was there.
   *
   * @param isNext whether no state was skipped: in one of those it may have been given up
   */
  private void assign(int p, boolean isNext) {
    Assignment assignment = state.assignment(p);
    Transition moving = state.transition();
    long since = moving == null ? 1 : moving.since();
    int n = state.copies(p);
    boolean isNewcomer = assignment.newcomers(n).contains(node);
    boolean isHolder = assignment.holders(n).contains(node);
    Partition known = partitions.get(p);
    boolean isAnew = isNewcomer && !isNext && known != null && !known.isSealed(since);
    if (!isHolder || isAnew) {
      giveUp(p);
    }
    if (isHolder) {
      left.remove(p);
      partitions
          .computeIfAbsent(p, none -> new Partition(p, horizonKey(p)))
          .assign(assignment, n, node, since);
      if (isNewcomer) {
        store.prepare(p);
      }
    }
  }

  private void giveUp(int p) {
    Partition given = partitions.remove(p);
    if (given != null) {
      given.forget();
      leave(p);
    }
  }

  private Key horizonKey(int partition) {
    return Key.system(state.ring().hashOf(partition));
  }

  /**
   * Notes that what is copied of a partition is of no use yet: a node that is killed before it is
   * whole, and then told that it is no owner, would not know why it has that. To be called before
   * each copy, where no horizon is left.
   */
  public void mark(int partition) {
    Listen.to(
        store.update(horizonKey(partition), held -> held.siblings().isEmpty() ? COPY : held),
        store.loop(),
        marked -> {},
        e -> {}); // The next copy does it again.
  }

  /** What was seen of a partition counts no more once others own it. */
  private void leave(int partition) {
    store.mended(partition);
    left.add(partition);
    voiding.incrementAndGet();
    Listen.to(
        store.update(horizonKey(partition), held -> COPY),
        store.loop(),
        done -> voiding.decrementAndGet(),
        e -> {
          store.loop().after(AGAIN_MILLIS, () -> leaveAgain(partition));
        });
  }

  private void leaveAgain(int partition) {
    if (!partitions.containsKey(partition)) {
      leave(partition);
    }
    voiding.decrementAndGet();
  }

  /**
   * Takes up a newer state of the cluster: requests of an older one are refused from now on where
   * it changes something. Completes when no update is in progress that began before.
   */
  public Future<Void> adopt(ClusterState next) {
    boolean isNext = next.epoch() == state.epoch() + 1;
    ClusterState before = state;
    state = next;
    layout.adopt(next);
    found(before, next);
    resize(next.ring().partitions());
    List<Integer> since =
        isNext ? next.changedSince(before) : IntStream.range(0, changed.length).boxed().toList();
    for (int p : since) {
      if (isOfLoop(p)) {
        changed[p] = next.epoch();
        assign(p, isNext);
      }
    }
    Future<Void> closed = cohort.close();
    cohort = new Cohort();
    barrier = Future.all(barrier, closed).mapEmpty();
    return barrier.onSuccess(done -> settledEpoch = Math.max(settledEpoch, next.epoch()));
  }

  /** There is a layer more, or one less of which nothing was used. */
  private void resize(int count) {
    for (int p = changed.length; p < count; p++) {
      store.mended(p); // Nothing was there when records of the log were lost.
    }
    left.removeIf(p -> p >= count);
    partitions
        .values()
        .removeIf(
            partition -> {
              boolean isGone = partition.number() >= count;
              if (isGone) {
                partition.forget();
              }
              return isGone;
            });
    changed = Arrays.copyOf(changed, count);
  }

  /** Buckets get, or have got, an n of their own. */
  private void found(ClusterState before, ClusterState next) {
    noteFounding(next);
    Set<String> others = new TreeSet<>(next.layered().keySet());
    others.removeAll(before.layered().keySet());
    for (String bucket : others) {
      founded.put(bucket, next.epoch());
      requireClear(bucket);
    }
  }

  /**
   * Of partitions that others own nothing can be missing here; what is left of one that was given
   * up is looked for.
   */
  void open() {
    for (int p = 0; p < changed.length; p++) {
      if (isOfLoop(p) && !partitions.containsKey(p)) {
        store.mended(p);
        Location horizon = store.location(horizonKey(p));
        if (horizon != null && horizon.heldDigest() == COPY.digest()) {
          left.add(p);
        } else if (horizon != null && !horizon.isReaped()) {
          leave(p); // Also where it is damaged.
        }
      }
    }
  }

  /** Those that this node owns, or is to own. */
  Map<Integer, Partition> partitions() {
    return partitions;
  }

  public int slotOf(Partition partition) {
    return partition.number() % state.ring().slots();
  }

  int partitionOf(Key key) {
    return layout.partition(key);
  }

  /** The state that this loop has taken up. */
  ClusterState state() {
    return state;
  }

  /** Whether the key's bucket is being founded, so that there is nothing to do with it. */
  boolean isFounding(Key key) {
    return state.founding() != null && state.isFounding(key::bucket);
  }

  /** Whether there is a key of the bucket in this partition, or a record of one that is gone. */
  boolean hasKeyOf(String bucket, int partition) {
    boolean[] has = {false};
    store.forEach(partition, (key, at) -> has[0] |= isOf(bucket, key));
    return has[0];
  }

  /** Whether this node owned the key, and may have something of that time left. */
  boolean hasLeft(Key key) {
    return left.contains(partitionOf(key));
  }

  private static boolean isOf(String bucket, Key key) {
    return !key.isSystem() && key.bucket().equals(bucket);
  }

  /** This loop has no key of the bucket that is being founded. */
  void clear(String bucket) {
    clear.add(bucket);
  }

  /**
   * Keys that are of a time before the bucket got its n are on an old copy of a disk, which was not
   * asked. The next start leaves them out: see {@link org.quorate.storage.Placing#layer}.
   */
  private void requireClear(String bucket) {
    boolean isClear =
        clear.contains(bucket)
            || (IntStream.range(0, state.ring().slots())
                    .filter(this::isOfLoop)
                    .noneMatch(p -> hasKeyOf(bucket, p))
                && store.inFlight(key -> isOf(bucket, key)) == 0);
    if (!isClear) {
      throw new AssertionError(
          "this disk has records of a bucket from before it got its n: the next start leaves them"
              + " out");
    }
  }

  /** Owners of a key that this node need not own, those left out that are gone for good. */
  List<String> owners(Key key) {
    int partition = partitionOf(key);
    return state.assignment(partition).sources(state.copies(partition));
  }

  /** The epoch of the state that this loop has taken up. */
  public long epoch() {
    return state.epoch();
  }

  /**
   * The epoch of the state that this loop has taken up so long ago that no update of an earlier one
   * is in progress. May be asked from any thread.
   */
  public long settledEpoch() {
    return settledEpoch;
  }

  /** Whether the key's owners have changed since the state of this epoch. */
  boolean isStale(Key key, long epoch) {
    return epoch < changed[partitionOf(key)]
        || (!founded.isEmpty() && epoch < founded.getOrDefault(key.bucket(), 0L));
  }

  /** Counts an update to those of the present state. */
  public <T> Future<T> counted(Future<T> update) {
    return cohort.with(update);
  }

  /**
   * Whether no horizon is left of a partition that this node owns no more. May be asked from any
   * thread.
   */
  public boolean hasLetGo() {
    return voiding.get() == 0;
  }

  /** Whether no transition is under way. */
  public boolean isCalm() {
    return state.transition() == null;
  }

  /** Partitions that this node owns no more, and may have something left of. */
  public NavigableSet<Integer> left() {
    return left;
  }

  /** Nothing is left of a partition that this node owns no more. */
  public void cleared(int partition) {
    if (left.remove(partition)) {
      Listen.to(
          store.update(horizonKey(partition), held -> isLeft(partition, held) ? State.EMPTY : held),
          store.loop(),
          noted -> {},
          e -> {}); // The next start looks again.
    }
  }

  private boolean isLeft(int partition, State held) {
    return held.digest() == COPY.digest() && !partitions.containsKey(partition);
  }
}
