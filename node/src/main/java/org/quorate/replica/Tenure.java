package org.quorate.replica;

import io.vertx.core.Future;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Transition;
import org.quorate.runtime.Listen;
import org.quorate.storage.Location;
import org.quorate.storage.Store;
import org.quorate.version.Key;
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

  private final Store store;
  private final String node;
  private final int lane;
  private final int lanes;
  private final Map<Integer, Partition> partitions = new ConcurrentSkipListMap<>();

  /** For each partition the epoch in which its owners were last seen to change. */
  private final long[] changed;

  /** Partitions that this node owns no more, and may have something left of. */
  private final NavigableSet<Integer> left = new ConcurrentSkipListSet<>();

  private final AtomicInteger voiding = new AtomicInteger();
  private ClusterState state;
  private Cohort cohort = new Cohort();

  /** No update of any cohort before the present one is in progress. */
  private Future<Void> barrier = Future.succeededFuture();

  private volatile long settledEpoch;

  Tenure(Store store, ClusterState state, String node, int lane, int lanes) {
    this.store = store;
    this.state = state;
    this.node = node;
    this.lane = lane;
    this.lanes = lanes;
    this.changed = new long[state.ring().partitions()];
    this.settledEpoch = state.epoch();
    Arrays.fill(changed, state.epoch());
    for (int p = lane; p < changed.length; p += lanes) {
      assign(p);
    }
  }

  /** Whether this node has the partition now; if not, it was given up if it was there. */
  private void assign(int p) {
    Assignment assignment = state.assignment(p);
    Transition moving = state.transition();
    if (assignment.holders(state.copies()).contains(node)) {
      left.remove(p);
      partitions
          .computeIfAbsent(p, none -> new Partition(p, horizonKey(p)))
          .assign(assignment, state.copies(), node, moving == null ? 1 : moving.since());
    } else {
      Partition given = partitions.remove(p);
      if (given != null) {
        given.forget();
        leave(p);
      }
    }
  }

  private Key horizonKey(int partition) {
    return Key.system(state.ring().firstHashOf(partition));
  }

  /** What was seen of a partition counts no more once others own it. */
  private void leave(int partition) {
    store.mended(partition);
    left.add(partition);
    voiding.incrementAndGet();
    Listen.to(
        store.update(horizonKey(partition), held -> State.EMPTY),
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
    List<Integer> since =
        isNext ? next.changedSince(before) : IntStream.range(0, changed.length).boxed().toList();
    for (int p : since) {
      if (p % lanes == lane) {
        changed[p] = next.epoch();
        assign(p);
      }
    }
    Future<Void> closed = cohort.close();
    cohort = new Cohort();
    barrier = Future.all(barrier, closed).mapEmpty();
    return barrier.onSuccess(done -> settledEpoch = Math.max(settledEpoch, next.epoch()));
  }

  /**
   * Of partitions that others own nothing can be missing here; what is left of one that was given
   * up is looked for.
   */
  void open() {
    for (int p = lane; p < changed.length; p += lanes) {
      if (!partitions.containsKey(p)) {
        store.mended(p);
        Location horizon = store.location(horizonKey(p));
        if (horizon != null && horizon.heldDigest() == 0) {
          left.add(p);
        } else if (horizon != null) {
          leave(p);
        }
      }
    }
  }

  /** Those that this node owns, or is to own. */
  Map<Integer, Partition> partitions() {
    return partitions;
  }

  int partitionOf(Key key) {
    return state.ring().partitionOf(key.hash());
  }

  /** Owners of a key that this node need not own, those left out that are gone for good. */
  List<String> owners(Key key) {
    return state.assignment(partitionOf(key)).sources(state.copies());
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
    return epoch < changed[partitionOf(key)];
  }

  /** Counts an update to those of the present state. */
  <T> Future<T> counted(Future<T> update) {
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
    left.remove(partition);
  }
}
