package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.quorate.merkle.Tree;
import org.quorate.repair.ListingAnswer.Entry;
import org.quorate.repair.ListingAnswer.ListedLeaf;
import org.quorate.repair.Question.Expand;
import org.quorate.repair.Question.Fetch;
import org.quorate.repair.Question.Fetched;
import org.quorate.repair.Question.Known;
import org.quorate.repair.Question.Listing;
import org.quorate.repair.Question.ListingAll;
import org.quorate.repair.Question.OfPartition;
import org.quorate.repair.Question.Root;
import org.quorate.repair.Question.Roots;
import org.quorate.repair.Question.Seen;
import org.quorate.repair.Question.Wanted;
import org.quorate.replica.Failure;
import org.quorate.replica.Partition;
import org.quorate.replica.ReplicaException;
import org.quorate.replica.Shard;
import org.quorate.runtime.Loop;
import org.quorate.storage.Location;
import org.quorate.storage.Store;
import org.quorate.version.CausalContext;
import org.quorate.version.Key;
import org.quorate.version.State;

/** What one loop of this node tells others of its partitions. Called on the loop. */
public final class Responder {
  /** What an answer may have, but that one leaf or one key is always in it. */
  private static final int ANSWER_BYTES = 256 << 10;

  private static final int ENTRY_BYTES = 12;

  private final Loop loop;
  private final Shard shard;
  private final Store store;

  public Responder(Loop loop, Shard shard, Store store) {
    this.loop = loop;
    this.shard = shard;
    this.store = store;
  }

  Loop loop() {
    return loop;
  }

  /**
   * @throws ReplicaException STALE_EPOCH while an update of an earlier state of the cluster than
   *     this may still come to be here
   */
  void requireSettled(long epoch) {
    if (shard.tenure().settledEpoch() < epoch) {
      throw new ReplicaException(Failure.STALE_EPOCH);
    }
  }

  /** Whether all trees are built. */
  boolean isBuilt() {
    return shard.isBuilt();
  }

  /** The roots of these partitions that this loop has and that the other node has too. */
  List<Root> roots(String other, Roots asked) {
    return shard.partitions().stream()
        .filter(p -> shard.tenure().slotOf(p) % asked.lanes() == asked.lane())
        .filter(p -> p.coOwners().contains(other))
        .filter(p -> !p.isNewcomer() && p.isNewcomer(other) == asked.copies())
        .map(p -> Root.of(shard, p))
        .toList();
  }

  /** What this node has seen of those that this loop has. */
  List<Seen> seen(List<Integer> wanted) {
    Set<Integer> busy = wanted.isEmpty() ? Set.of() : store.busy();
    List<Seen> seen = new ArrayList<>();
    for (int number : wanted) {
      Partition partition = shard.partition(number);
      if (partition != null && partition.isBuilt()) {
        seen.add(new Seen(number, partition.tree().root(), shard.seen(partition, busy)));
      }
    }
    return seen;
  }

  private Partition owned(int number) {
    Partition partition = shard.partition(number);
    if (partition == null || !partition.isBuilt()) {
      throw new ReplicaException(Failure.NOT_READY);
    }
    return partition;
  }

  Future<byte[]> answer(OfPartition question) {
    if (question instanceof Expand expand) {
      Tree tree = owned(expand.partition()).tree();
      long[] children = tree.children(expand.level(), expand.nodes());
      return Future.succeededFuture(Expand.encodeAnswer(children));
    }
    if (question instanceof Listing listing) {
      return Future.succeededFuture(list(listing).encode());
    }
    if (question instanceof ListingAll listing) {
      return Future.succeededFuture(list(listing).encode());
    }
    if (question instanceof Fetch fetch) {
      return fetch(fetch).map(Question::encode);
    }
    throw new ReplicaException(Failure.FAILED);
  }

  private ListingAnswer list(Listing listing) {
    Partition partition = owned(listing.partition());
    Tree tree = partition.tree();
    BitSet wanted = new BitSet();
    for (Wanted leaf : listing.leaves()) {
      if (leaf.hash() == Wanted.ANY || leaf.hash() == tree.leaf(leaf.leaf())) {
        wanted.set(leaf.leaf());
      }
    }
    NavigableMap<Integer, List<Entry>> leaves = new TreeMap<>();
    int upTo = wanted.isEmpty() ? Tree.LEAVES : scan(partition, wanted, leaves);
    List<ListedLeaf> listed = new ArrayList<>();
    wanted.stream()
        .takeWhile(leaf -> leaf < upTo)
        .forEach(
            leaf ->
                listed.add(
                    new ListedLeaf(leaf, tree.leaf(leaf), leaves.getOrDefault(leaf, List.of()))));
    int taken = (int) listing.leaves().stream().takeWhile(leaf -> leaf.leaf() < upTo).count();
    return new ListingAnswer(shard.seen(partition, store.busy()), taken, listed);
  }

  private ListingAnswer list(ListingAll listing) {
    Partition partition = owned(listing.partition());
    BitSet wanted = new BitSet();
    wanted.set(listing.from(), Tree.LEAVES);
    NavigableMap<Integer, List<Entry>> leaves = new TreeMap<>();
    int taken = scan(partition, wanted, leaves) - listing.from();
    List<ListedLeaf> listed = new ArrayList<>();
    leaves.forEach(
        (leaf, keys) -> listed.add(new ListedLeaf(leaf, partition.tree().leaf(leaf), keys)));
    return new ListingAnswer(shard.seen(partition, store.busy()), taken, listed);
  }

  /**
   * Collects the keys of these leaves; drops the last leaves when there are too many.
   *
   * @return the leaf up to which, exclusively, all are there
   */
  private int scan(Partition partition, BitSet wanted, NavigableMap<Integer, List<Entry>> leaves) {
    int[] upTo = {Tree.LEAVES};
    int[] bytes = {0};
    store.forEach(
        partition.number(),
        (key, at) -> {
          int leaf = Tree.leafOf(key.hash());
          boolean counts = at.isDamaged() || (!at.isReaped() && at.digest() != 0);
          if (key.isSystem() || !counts || !wanted.get(leaf) || leaf >= upTo[0]) {
            return;
          }
          leaves.computeIfAbsent(leaf, none -> new ArrayList<>()).add(entry(key, at));
          bytes[0] += sizeOf(key);
          while (bytes[0] > ANSWER_BYTES && leaves.size() > 1) {
            Map.Entry<Integer, List<Entry>> last = leaves.pollLastEntry();
            upTo[0] = last.getKey();
            bytes[0] -= last.getValue().stream().mapToInt(entry -> sizeOf(entry.key())).sum();
          }
        });
    return upTo[0];
  }

  private static int sizeOf(Key key) {
    return ENTRY_BYTES + key.encoded().length;
  }

  private static Entry entry(Key key, Location at) {
    return new Entry(key, at.digest(), at.only(), at.isDamaged());
  }

  private Future<List<Fetched>> fetch(Fetch fetch) {
    owned(fetch.partition());
    List<Future<Fetched>> read = new ArrayList<>();
    long bytes = 0;
    for (Known known : fetch.keys()) {
      Location at = store.location(known.key());
      bytes += at == null ? 0 : at.length();
      if (bytes > ANSWER_BYTES && !read.isEmpty()) {
        break;
      }
      read.add(
          store
              .read(known.key(), false)
              .map(state -> news(known, state))
              .recover(
                  e ->
                      e instanceof Error
                          ? Future.failedFuture(e)
                          : Future.succeededFuture(Fetched.FAILED)));
    }
    return Future.all(read).map(all -> all.list());
  }

  /** With equal contexts one side may hold versions that the other knows to be superseded. */
  private static Fetched news(Known known, State state) {
    CausalContext held = state.siblings().context();
    return known.context().coversAll(held) && !known.context().equals(held)
        ? Fetched.COVERED
        : new Fetched(false, state);
  }
}
