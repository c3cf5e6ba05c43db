package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.quorate.merkle.Tree;
import org.quorate.merkle.Walk;
import org.quorate.repair.ListingAnswer.Entry;
import org.quorate.repair.ListingAnswer.ListedLeaf;
import org.quorate.repair.Question.Expand;
import org.quorate.repair.Question.Fetch;
import org.quorate.repair.Question.Known;
import org.quorate.repair.Question.Listing;
import org.quorate.repair.Question.ListingAll;
import org.quorate.repair.Question.Wanted;
import org.quorate.replica.LocalReplica;
import org.quorate.replica.Partition;
import org.quorate.replica.Shard;
import org.quorate.storage.Location;
import org.quorate.storage.Store;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;

/**
 * One partition compared with one co-owner, down to the keys of which that one has something that
 * this node lacks, which are fetched and merged. Runs on the partition's loop, one question at a
 * time; many may look for differences at once, but only a few fetch.
 */
final class Exchange {
  private static final long SETTLE_MILLIS = 200;
  private static final int LEAVES_AT_ONCE = 1024;

  /** To list them again in vain costs less than to walk down to each leaf that somebody has. */
  private static final int FEW_KEYS = Tree.LEAVES / 8;

  /**
   * What it needs of this node.
   *
   * @param repair how fast owners are made equal
   * @param moves how fast new owners copy
   */
  record Side(
      Shard shard,
      Store store,
      LocalReplica replica,
      Pace repair,
      Pace moves,
      AntiEntropyMetrics metrics) {}

  private final Side side;
  private final Partition partition;
  private final Function<Question, Future<byte[]>> peer;
  private final boolean waits;
  private final boolean lacksMost;
  private final Pace pace;
  private final Walk walk;
  private long fetchedBytes;
  private int changed;
  private boolean isComplete;
  private boolean mayBeOld;
  private CausalContext seen = CausalContext.EMPTY;

  /**
   * @param peer asks the co-owner
   * @param waits whether what may still be on its way is left alone
   * @param isFirst whether this node is to be made whole, and has had all of no other owner yet
   */
  Exchange(
      Side side,
      Partition partition,
      Function<Question, Future<byte[]>> peer,
      boolean waits,
      boolean isFirst) {
    this.side = side;
    this.partition = partition;
    this.peer = peer;
    this.waits = waits;
    this.lacksMost = isFirst && partition.keys() < FEW_KEYS;
    this.isComplete = !waits;
    this.pace = partition.isCopied() ? side.moves() : side.repair();
    this.walk = new Walk(partition.tree());
  }

  /**
   * How it went.
   *
   * @param changed keys that have changed here
   * @param isComplete whether this node now has all that the other had when it began
   * @param seen what the other had seen before it listed all that it had; empty if it did not
   */
  record Result(int changed, boolean isComplete, CausalContext seen) {}

  Future<Result> run() {
    return (lacksMost ? pace.inTurn(this::listAll) : listDiffering())
        .map(
            done -> {
              side.metrics().repaired(changed, fetchedBytes);
              return new Result(changed, isComplete, seen);
            });
  }

  /** Whether the other was not whole so far: what it told may have been superseded. */
  boolean mayBeOld() {
    return mayBeOld;
  }

  private Future<Void> listDiffering() {
    return walk()
        .compose(leaves -> waits ? pace.pause(SETTLE_MILLIS) : Future.succeededFuture())
        .compose(settled -> pace.inTurn(this::list));
  }

  private Future<Void> walk() {
    if (walk.isAtEnd()) {
      return Future.succeededFuture();
    }
    Expand question = new Expand(partition.number(), walk.level(), walk.nodes());
    return peer.apply(question)
        .compose(
            answer -> {
              walk.take(Expand.decodeAnswer(answer));
              return walk();
            });
  }

  /** The leaves that stood still here; the other side tells whether they did there. */
  private Deque<Wanted> wanted() {
    Tree tree = partition.tree();
    Deque<Wanted> wanted = new ArrayDeque<>();
    for (Walk.Leaf leaf : walk.leaves()) {
      if (!waits) {
        wanted.add(new Wanted(leaf.number(), Wanted.ANY));
      } else if (tree.leaf(leaf.number()) == leaf.mine()) {
        wanted.add(new Wanted(leaf.number(), leaf.theirs()));
      }
    }
    return wanted;
  }

  private Future<Void> list() {
    Deque<Wanted> leaves = wanted();
    return pace.untilEmpty(leaves, () -> listSome(leaves));
  }

  private Future<Void> listSome(Deque<Wanted> leaves) {
    List<Wanted> some = leaves.stream().limit(LEAVES_AT_ONCE).toList();
    return ask(new Listing(partition.number(), some))
        .compose(
            answer -> {
              take(leaves, answer.taken());
              return merge(answer);
            });
  }

  /** A walk would find that nearly all leaves differ, and cost as much as their keys. */
  private Future<Void> listAll() {
    Queue<Integer> from = new ArrayDeque<>(List.of(0));
    return pace.untilEmpty(from, () -> listFrom(from));
  }

  private Future<Void> listFrom(Queue<Integer> leaves) {
    int from = leaves.remove();
    return ask(new ListingAll(partition.number(), from))
        .compose(
            answer -> {
              CausalContext now = answer.horizon();
              seen = from == 0 ? now : now.coversAll(seen) ? seen : CausalContext.EMPTY;
              int next = Math.min(Tree.LEAVES, from + Math.max(1, answer.taken()));
              if (next < Tree.LEAVES) {
                leaves.add(next);
              }
              return merge(withEmpty(answer, from, next));
            });
  }

  /** The other side leaves out what is empty there; it counts where it is not empty here. */
  private ListingAnswer withEmpty(ListingAnswer answer, int from, int to) {
    Set<Integer> listed =
        answer.leaves().stream().map(ListedLeaf::leaf).collect(Collectors.toSet());
    List<ListedLeaf> leaves = new ArrayList<>(answer.leaves());
    for (int leaf = from; leaf < to; leaf++) {
      if (partition.tree().leaf(leaf) != 0 && !listed.contains(leaf)) {
        leaves.add(new ListedLeaf(leaf, 0, List.of()));
      }
    }
    return new ListingAnswer(answer.horizon(), answer.taken(), leaves);
  }

  private Future<ListingAnswer> ask(Question listing) {
    long began = pace.now();
    return peer.apply(listing)
        .map(ListingAnswer::decode)
        .compose(answer -> pace.rest(began, 0).map(answer));
  }

  private Future<Void> merge(ListingAnswer answer) {
    mayBeOld |= answer.horizon().isEmpty();
    return fetch(lacking(answer), answer.horizon()).compose(fetched -> dropSuperseded(answer));
  }

  /** At least one, so that there is an end whatever the other side says. */
  private static void take(Queue<?> queue, int count) {
    for (int i = 0; i < Math.max(1, count); i++) {
      queue.poll();
    }
  }

  private Queue<Key> lacking(ListingAnswer answer) {
    Map<Key, Entry> entries = new HashMap<>();
    List<Walk.Listed<Key>> listed = new ArrayList<>();
    for (ListedLeaf leaf : answer.leaves()) {
      for (Entry entry : leaf.entries()) {
        if (entry.isDamaged()) {
          isComplete = false;
        } else {
          entries.put(entry.key(), entry);
          listed.add(new Walk.Listed<>(entry.key(), entry.digest()));
        }
      }
    }
    CausalContext horizon = side.shard().horizon(partition);
    return Walk.lacking(listed, this::heldDigest).stream()
        .filter(key -> side.shard().isIn(partition, key))
        .filter(key -> mayBeNews(side.store().location(key), entries.get(key), horizon))
        .collect(Collectors.toCollection(ArrayDeque::new));
  }

  private long heldDigest(Key key) {
    Location at = side.store().location(key);
    return at == null ? 0 : at.heldDigest();
  }

  /** Not where this node's only dot shows that it is ahead, or that the key was reaped here. */
  private static boolean mayBeNews(
      @Nullable Location at, @Nullable Entry listed, CausalContext horizon) {
    Dot theirs = listed == null ? null : listed.only();
    if (theirs == null) {
      return true;
    }
    Dot mine = at == null || at.isReaped() ? null : at.only();
    boolean isAhead =
        mine != null && mine.actor() == theirs.actor() && mine.counter() >= theirs.counter();
    boolean wasReaped = (at == null || at.isReaped()) && horizon.covers(theirs);
    return !isAhead && !wasReaped;
  }

  /** Fetches the keys, some at a time, and merges what comes. */
  private Future<Void> fetch(Queue<Key> keys, CausalContext theirHorizon) {
    return pace.untilEmpty(keys, () -> fetchSome(keys, theirHorizon));
  }

  private Future<Void> fetchSome(Queue<Key> keys, CausalContext theirHorizon) {
    long began = pace.now();
    List<Key> some = keys.stream().limit(pace.keys()).toList();
    List<Future<Known>> known =
        some.stream().map(key -> context(key, theirHorizon).map(c -> new Known(key, c))).toList();
    return Future.all(known)
        .compose(all -> peer.apply(new Fetch(partition.number(), all.list())))
        .map(Question::decodeFetched)
        .compose(
            fetched -> {
              List<Future<Void>> merged = new ArrayList<>();
              long bytes = 0;
              for (int i = 0; i < Math.min(fetched.size(), some.size()); i++) {
                State state = fetched.get(i).state();
                isComplete &= !fetched.get(i).isFailed();
                if (state != null) {
                  bytes += state.bytes().length;
                  merged.add(pull(some.get(i), state, theirHorizon));
                }
              }
              fetchedBytes += bytes;
              long batchBytes = bytes;
              take(keys, fetched.size());
              return Future.all(merged).compose(done -> pace.rest(began, batchBytes));
            });
  }

  /**
   * What this node has seen of the key. Nothing where the other may have reaped a version that is
   * here: its own versions, whatever they are, tell.
   */
  private Future<CausalContext> context(Key key, CausalContext theirHorizon) {
    Location at = side.store().location(key);
    if (at == null || at.isReaped()) {
      return Future.succeededFuture(CausalContext.EMPTY);
    }
    Dot only = at.only();
    if (only != null && !at.isDamaged()) {
      CausalContext context = CausalContext.EMPTY.upTo(only);
      return Future.succeededFuture(theirHorizon.covers(only) ? CausalContext.EMPTY : context);
    }
    return side.store()
        .salvage(key)
        .map(State::siblings)
        .map(siblings -> isOld(siblings, theirHorizon) ? CausalContext.EMPTY : siblings.context());
  }

  private static boolean isOld(Siblings siblings, CausalContext theirHorizon) {
    return siblings.versions().stream().anyMatch(v -> theirHorizon.covers(v.dot()));
  }

  private Future<Void> pull(Key key, State theirs, CausalContext theirHorizon) {
    if (!side.shard().isIn(partition, key)) {
      return Future.succeededFuture();
    }
    long before = heldDigest(key);
    return side.replica()
        .pull(key, theirs, theirHorizon)
        .map(
            state -> {
              changed += state.digest() == before ? 0 : 1;
              Location at = side.store().location(key);
              if (!side.store().isSound(key, at)) {
                side.store().reportDamaged(key);
              }
              return null;
            });
  }

  /**
   * Keys that this node has and the other does not list, though it has seen what is in them: there
   * they were superseded and reaped. Looked for only where a leaf still differs.
   */
  private Future<Void> dropSuperseded(ListingAnswer answer) {
    if (answer.horizon().isEmpty()) {
      return Future.succeededFuture();
    }
    Set<Integer> suspects = new HashSet<>();
    Set<Key> listed = new HashSet<>();
    for (ListedLeaf leaf : answer.leaves()) {
      if (partition.tree().leaf(leaf.leaf()) != leaf.hash()) {
        suspects.add(leaf.leaf());
        leaf.entries().forEach(entry -> listed.add(entry.key()));
      }
    }
    if (suspects.isEmpty()) {
      return Future.succeededFuture();
    }
    Map<Key, Location> unlisted = new HashMap<>();
    side.store()
        .forEach(
            partition.number(),
            (key, at) -> {
              boolean counts = !key.isSystem() && !at.isReaped();
              if (counts && suspects.contains(Tree.leafOf(key.hash())) && !listed.contains(key)) {
                unlisted.put(key, at);
              }
            });
    List<Future<Void>> dropped = new ArrayList<>();
    unlisted.forEach((key, at) -> dropped.add(drop(key, at, answer.horizon())));
    return Future.all(dropped).mapEmpty();
  }

  private Future<Void> drop(Key key, Location at, CausalContext theirHorizon) {
    Dot only = at.only();
    if (only != null && !theirHorizon.covers(only)) {
      return Future.succeededFuture();
    }
    return side.store()
        .salvage(key)
        .compose(
            state -> {
              Siblings siblings = state.siblings();
              if (siblings.isDead()) {
                if (!at.isDamaged() && theirHorizon.coversAll(siblings.context())) {
                  side.store().reap(key, at);
                  partition.lacksHorizon(true);
                }
                return Future.succeededFuture();
              }
              return isOld(siblings, theirHorizon)
                  ? pull(key, State.EMPTY, theirHorizon)
                  : Future.succeededFuture();
            });
  }
}
