package org.quorate.replica;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.quorate.merkle.Tree;
import org.quorate.ring.ClusterState;
import org.quorate.runtime.Listen;
import org.quorate.storage.Location;
import org.quorate.storage.Store;
import org.quorate.version.CausalContext;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;

/**
 * The partitions of one event loop that this node owns, as the cluster's state says: their hash
 * trees, kept as the directory changes, and their horizons.
 *
 * <p>The horizon of a partition is what this node has seen of it: of each write in it this node
 * holds the version or knows that it was superseded. It is a state without versions in the log,
 * under a key of the store's own, so that it is never newer than what it speaks of. A partition is
 * whole while it has one: this node has then forgotten nothing.
 *
 * <p>Called on the loop.
 */
public final class Shard {
  private final Store store;
  private final Tenure tenure;
  private final Map<Integer, Partition> partitions;
  private final Survey survey;
  private int notingHints;
  private boolean isRefilled;

  /**
   * @param layout that the store has
   * @param lane the loop's number: it has the partitions whose slot leaves this rest
   * @param lanes the number of loops
   */
  public Shard(Store store, Layout layout, ClusterState state, String node, int lane, int lanes) {
    this.store = store;
    this.tenure = new Tenure(store, layout, state, node, lane, lanes);
    this.survey = new Survey(store, this);
    this.partitions = tenure.partitions();
    store.onMove(this::moved);
    store.purgeable(this::isPurgeable);
  }

  /** Which partitions this loop has, and has given up. */
  public Tenure tenure() {
    return tenure;
  }

  /** What this loop has for the bucket that is being founded. */
  public Survey survey() {
    return survey;
  }

  /** Whether this node's disk was found not to be what it was. */
  boolean isRefilled() {
    return isRefilled;
  }

  /** Whether a hint is being noted, for a copy of a key that this node may not own. */
  public boolean isNotingHints() {
    return notingHints > 0;
  }

  /** Counts a hint until it is noted. */
  <T> Future<T> noting(Future<T> hint) {
    notingHints++;
    return hint.onComplete(noted -> notingHints--);
  }

  /** Whether this node owns nothing of the key, and has nothing of it either. */
  boolean isStranger(Key key) {
    Location at = store.location(key);
    return of(key) == null && (at == null || at.isReaped());
  }

  /** The other owners of a key. */
  public List<String> sources(Key key) {
    Partition partition = of(key);
    return partition == null ? tenure.owners(key) : partition.sources();
  }

  @Nullable Partition of(Key key) {
    return partitions.get(tenure.partitionOf(key));
  }

  /** Whether it is this partition that the key belongs to now. */
  public boolean isIn(Partition partition, Key key) {
    return partition.equals(of(key));
  }

  private void moved(Key key, @Nullable Location from, @Nullable Location to) {
    Partition partition = of(key);
    if (partition != null) {
      int damaged = partition.damaged();
      partition.changed(key, from, to);
      if (partition.damaged() > damaged) {
        claimNothing(partition);
      }
    }
  }

  /** Nothing of the state would be news here if its key had no record, or would mislead nobody. */
  private boolean isPurgeable(Key key, Siblings state) {
    Partition partition = of(key);
    return state.isEmpty() || partition == null || horizon(partition).coversAll(state.context());
  }

  public Collection<Partition> partitions() {
    return partitions.values();
  }

  /** The partition of this number, null if this node or this loop does not own it. */
  public @Nullable Partition partition(int number) {
    return partitions.get(number);
  }

  /** Reads the horizons. Completes when it is known which partitions are whole. */
  public Future<Void> open() {
    tenure.open();
    List<Future<Void>> read = new ArrayList<>();
    for (Partition partition : partitions.values()) {
      read.add(store.salvage(partition.horizonKey()).map(state -> opened(partition, state)));
    }
    return Future.all(read).mapEmpty();
  }

  private static @Nullable Void opened(Partition partition, State state) {
    CausalContext horizon = state.siblings().context();
    partition.horizon(horizon.covers(partition.seal()) ? horizon : CausalContext.EMPTY);
    partition.lacksHorizon(true);
    return null;
  }

  /** Builds the tree of one partition that has none yet; false if all have one. */
  public boolean buildNext() {
    for (Partition partition : partitions.values()) {
      if (!partition.isBuilt()) {
        build(partition);
        return true;
      }
    }
    return false;
  }

  public boolean isBuilt() {
    return partitions.values().stream().allMatch(Partition::isBuilt);
  }

  private void build(Partition partition) {
    List<Key> unsound = new ArrayList<>();
    partition.tree(new Tree());
    store.forEach(
        partition.number(),
        (key, at) -> {
          partition.changed(key, null, at);
          store.countReaped(at);
          if (!key.isSystem() && !store.isSound(key, at)) {
            unsound.add(key);
          }
        });
    if (partition.damaged() > 0) {
      claimNothing(partition);
    }
    unsound.forEach(store::reportDamaged);
  }

  /**
   * Compares each tree with one that is built from the directory now.
   *
   * @throws IllegalStateException if one differs
   */
  public void requireExactTrees() {
    for (Partition partition : partitions.values()) {
      Partition rebuilt = new Partition(partition.number(), partition.horizonKey());
      rebuilt.tree(new Tree());
      store.forEach(partition.number(), (key, at) -> rebuilt.changed(key, null, at));
      boolean isExact =
          !partition.isBuilt()
              || (partition.tree().root() == rebuilt.tree().root()
                  && partition.waitingTombstones() == rebuilt.waitingTombstones()
                  && partition.keys() == rebuilt.keys()
                  && partition.bytes() == rebuilt.bytes());
      if (!isExact) {
        throw new IllegalStateException("the tree of partition " + partition.number() + " is off");
      }
    }
  }

  /** Whether a key of the partition can be stored without a wait; soon, if not. */
  public boolean isPrepared(Partition partition) {
    return store.prepare(partition.number());
  }

  /** Whether no damage hides which keys of the partition there are. */
  public boolean isSound(Partition partition) {
    return store.isWhole(partition.number());
  }

  /** Whether this node has forgotten nothing of the partition. */
  public boolean isWhole(Partition partition) {
    return !partition.horizon().isEmpty() && isSound(partition);
  }

  /**
   * The numbers of the partitions of which this node may have forgotten something. May be asked
   * from any thread.
   */
  public Set<Integer> refilling() {
    return partitions.values().stream()
        .filter(partition -> !isWhole(partition))
        .map(Partition::number)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Tombstones that some owner may not have seen yet; from another thread, about so many. */
  public int waitingTombstones() {
    return partitions.values().stream().mapToInt(Partition::waitingTombstones).sum();
  }

  /**
   * Whether this node can tell what the key holds: not while its partition is being refilled, nor
   * where it owned the key once, and so may not know that it was deleted since. A key that this
   * node does not own, or owns alone, it can tell as far as it knows.
   */
  boolean isServing(Key key) {
    Partition partition = of(key);
    return partition == null ? !tenure.hasLeft(key) : isServing(partition);
  }

  private boolean isServing(Partition partition) {
    return isWhole(partition) || (partition.sources().isEmpty() && !partition.horizon().isEmpty());
  }

  /** What this node has seen of the partition, as far as that is on disk. */
  public CausalContext horizon(Partition partition) {
    return isWhole(partition) ? partition.horizon() : CausalContext.EMPTY;
  }

  /** The same for one key: of a damaged one it is not known what was seen. */
  CausalContext horizon(Key key) {
    Partition partition = of(key);
    CausalContext horizon = partition == null ? CausalContext.EMPTY : horizon(partition);
    boolean claimsNothing = horizon.size() <= 1;
    return claimsNothing || store.isSound(key, store.location(key)) ? horizon : CausalContext.EMPTY;
  }

  /**
   * What this node has seen of the partition at this moment: also all that it minted, if nothing of
   * the partition is in flight.
   *
   * @param busy the partitions of which something is
   */
  public CausalContext seen(Partition partition, Set<Integer> busy) {
    CausalContext horizon = horizon(partition);
    return horizon.isEmpty() || partition.damaged() > 0 || busy.contains(partition.number())
        ? horizon
        : store.identity().minted().map(horizon::upTo).orElse(horizon);
  }

  /**
   * Notes that this node has seen all of this too. Completes when that is durable.
   *
   * @param busy the partitions of which something is in flight
   */
  public Future<Void> see(Partition partition, CausalContext seen, Set<Integer> busy) {
    CausalContext known = seen(partition, busy);
    return known.isEmpty() || partition.damaged() > 0 || partition.horizon().coversAll(seen)
        ? Future.succeededFuture()
        : write(partition, held -> held.join(known).join(seen));
  }

  /**
   * The partition is whole: this node has all that it may have forgotten of it. What it claimed to
   * have seen before counts no more. Completes when that is durable.
   */
  public Future<Void> complete(Partition partition, CausalContext seen) {
    if (!isSound(partition)) {
      partition.forget();
      store.mended(partition.number());
    }
    CausalContext known = partition.damaged() > 0 ? CausalContext.EMPTY : seen;
    return write(partition, held -> known.upTo(partition.seal()));
  }

  private Future<Void> write(Partition partition, UnaryOperator<CausalContext> change) {
    long life = partition.life();
    return store
        .update(
            partition.horizonKey(),
            held ->
                partition.life() == life
                    ? State.of(Siblings.after(change.apply(held.siblings().context())))
                    : held)
        .map(
            stored -> {
              if (partition.life() == life) {
                partition.horizon(stored.siblings().context());
              }
              return null;
            });
  }

  /** This node's disk is not what it was: nothing is whole. Completes when that is durable. */
  public Future<Void> forgetHorizons() {
    isRefilled = true;
    List<Future<State>> voided = new ArrayList<>();
    for (Partition partition : partitions.values()) {
      partition.forget();
      voided.add(store.update(partition.horizonKey(), held -> State.EMPTY));
    }
    return Future.all(voided).mapEmpty();
  }

  /** A key of the partition is damaged: what this node has seen of it is not sure any more. */
  private void claimNothing(Partition partition) {
    if (!partition.horizon().isEmpty()) {
      partition.forget();
      partition.lacksHorizon(true);
      CausalContext nothing = CausalContext.EMPTY.upTo(partition.seal());
      partition.horizon(nothing);
      long life = partition.life();
      store
          .loop()
          .execute(
              () -> {
                if (partition.life() == life) {
                  Listen.to(write(partition, held -> nothing), store.loop(), w -> {}, e -> {});
                }
              });
    }
  }
}
