package org.quorate.ring;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.quorate.ring.ChangeRefusedException.Reason;
import org.quorate.ring.Transition.Kind;

/**
 * All that the members of a cluster have agreed on: one of a chain of numbered states. Immutable;
 * each change makes the next state, or is refused with {@link ChangeRefusedException}.
 *
 * @param epoch the state's number, from 1
 * @param ring the owners of each partition, before the transition if one is under way
 * @param buckets that have properties of their own
 * @param founding of a bucket with an n of its own; not while there is a transition
 */
public record ClusterState(
    long epoch,
    Ring ring,
    @Nullable Transition transition,
    SortedMap<String, BucketProperties> buckets,
    @Nullable Founding founding) {

  /** Forced states begin a new trillion. */
  public static final long FORCED = 1_000_000_000_000L;

  /** The first state: a pure function of its arguments. */
  public static ClusterState first(List<Member> members, int slots, int copies) {
    return new ClusterState(1, Ring.first(members, slots, copies), null, new TreeMap<>(), null);
  }

  /** {@code members n1,n2,n3, join of n4, 120 of 256 partitions are where they belong}. */
  public String describe() {
    String members = String.join(",", ring.members().stream().map(Member::name).toList());
    Transition moving = transition;
    String progress =
        moving == null
            ? ""
            : String.format(
                ", %s, %d of %d partitions are where they belong",
                moving.describe(), moving.moved(), ring.partitions());
    return "members " + members + progress + (founding == null ? "" : ", " + founding.describe());
  }

  /** Owners of each key, where its bucket does not say. */
  public int copies() {
    return ring.copies();
  }

  /** Owners of each key of the partition. */
  public int copies(int partition) {
    return ring.copies(partition);
  }

  /** Owners of each key of the bucket. */
  public int copies(String bucket) {
    BucketProperties own = buckets.get(bucket);
    return own == null ? copies() : own.n();
  }

  /**
   * The partition of a key with this hash.
   *
   * @param bucket of the key, asked for only if it matters
   */
  public int partitionOf(long hash, Supplier<String> bucket) {
    return ring.layers().size() == 1
        ? ring.slotOf(hash)
        : ring.partitionOf(hash, copies(bucket.get()));
  }

  /** Whether keys of the bucket can be neither read nor written now. */
  public boolean isFounding(Supplier<String> bucket) {
    return founding != null && founding.bucket().equals(bucket.get());
  }

  /** Buckets whose keys are not in the first layer, with their n. */
  public SortedMap<String, Integer> layered() {
    SortedMap<String, Integer> layered = new TreeMap<>();
    buckets.forEach(
        (name, own) -> {
          if (own.n() != copies()) {
            layered.put(name, own.n());
          }
        });
    return layered;
  }

  /** Who decides on the next state: the ring's members, but for those that are gone for good. */
  public List<Member> voters() {
    Set<String> lost = transition == null ? Set.of() : transition.lost();
    return ring.members().stream().filter(member -> !lost.contains(member.name())).toList();
  }

  /** All nodes that take part, ascending by name: members, and those that are to be. */
  public List<Member> nodes() {
    Map<String, Member> nodes = new TreeMap<>();
    ring.members().forEach(member -> nodes.put(member.name(), member));
    if (transition != null) {
      transition.target().members().forEach(member -> nodes.put(member.name(), member));
      transition.lost().forEach(nodes::remove);
    }
    return List.copyOf(nodes.values());
  }

  public boolean hasNode(String name) {
    return nodes().stream().anyMatch(member -> member.name().equals(name));
  }

  /** Who is responsible for the partition. */
  public Assignment assignment(int partition) {
    List<Member> now = ring.preference(partition);
    Transition moving = transition;
    if (moving == null) {
      return new Assignment(now, List.of(), 0, Set.of());
    }
    List<Member> next = moving.target().preference(partition);
    long progress = moving.progress().get(partition);
    return progress == Transition.MOVED
        ? new Assignment(next, List.of(), 0, Set.of())
        : new Assignment(now, next, progress, moving.lost());
  }

  /** The partitions that have other owners, or are further on their way, than in another state. */
  public List<Integer> changedSince(ClusterState before) {
    IntStream all = IntStream.range(0, ring.partitions());
    Transition then = before.transition;
    Transition now = transition;
    if (then == null || now == null || !now.isSameAs(then) || !ring.equals(before.ring)) {
      return all.filter(p -> !isAsIn(before, p)).boxed().toList();
    }
    return all.filter(p -> !now.progress().get(p).equals(then.progress().get(p))).boxed().toList();
  }

  private boolean isAsIn(ClusterState before, int partition) {
    return partition < before.ring.partitions()
        && assignment(partition).equals(before.assignment(partition));
  }

  ClusterState next(Ring from, @Nullable Transition moving) {
    return new ClusterState(epoch + 1, from, moving, buckets, founding);
  }

  static ChangeRefusedException invalid(String message) {
    return new ChangeRefusedException(Reason.INVALID, message);
  }

  void requireCalm(String wanted) {
    String other = "";
    if (transition != null) {
      other = "the " + transition.describe() + " is under way since epoch " + transition.since();
    } else if (founding != null) {
      other = founding.describe() + " is being set since epoch " + founding.since();
    }
    if (!other.isEmpty()) {
      throw new ChangeRefusedException(Reason.CONFLICT, wanted + " is refused: " + other);
    }
  }

  /** Refuses what is about no member. */
  Member member(String name) {
    return ring.members().stream()
        .filter(member -> member.name().equals(name))
        .findAny()
        .orElseThrow(
            () ->
                invalid(
                    name
                        + " is no member; members are "
                        + String.join(", ", ring.members().stream().map(Member::name).toList())));
  }

  /**
   * @param gone may have had the node's address
   */
  void requireNew(Member node, String gone) {
    for (Member member : nodes()) {
      boolean isThere = member.peer().equals(node.peer()) && !member.name().equals(gone);
      if (member.name().equals(node.name()) || isThere) {
        throw invalid(node + " is refused: " + member + " is a member");
      }
    }
  }

  /** A new member is to get its share. Unchanged if it is a member and stays, or is joining. */
  public ClusterState join(Member node) {
    if (goal().members().contains(node)) {
      return this;
    }
    if (!goal().hasMember(node.name())) {
      requireCalm("join of " + node.name());
    }
    requireNew(node, "");
    return Transition.begin(this, Kind.JOIN, node.name(), "", ring, ring.with(node), Set.of());
  }

  /** Unchanged: this node was a member, and has to be one. */
  public ClusterState returning(Member node) {
    if (!hasNode(node.name())) {
      throw invalid(node + " has data of this cluster and is no member of it any more");
    }
    return this;
  }

  /**
   * A member is to give up all that it has. Unchanged if it is leaving.
   *
   * @param isLost whether it is gone for good
   */
  public ClusterState leave(String name, boolean isLost) {
    boolean isLeaving = isUnderWay(Kind.LEAVE, name);
    boolean isGivenUp = transition != null && transition.lost().contains(name);
    if (isLeaving && (!isLost || isGivenUp)) {
      return this;
    }
    if (!isLost || (!isLeaving && !mayWaitForTheLost())) {
      requireCalm("leave of " + name);
    }
    member(name);
    if (ring.members().size() == 1) {
      throw invalid("leave of " + name + " is refused: it is the only member");
    }
    Ring goal = goal();
    Ring target = goal.hasMember(name) ? goal.without(name) : goal;
    requireOwners("leave of " + name, target);
    return Transition.begin(
        this, Kind.LEAVE, name, "", inBetween(), target, isLost ? lostAnd(name) : Set.of());
  }

  /** The ring that is led to. */
  Ring goal() {
    return transition == null ? ring : transition.target();
  }

  /** What is under way cannot be aborted, and may wait for one that is gone for good too. */
  boolean mayWaitForTheLost() {
    return transition != null && (transition.kind() == Kind.ABORT || !transition.lost().isEmpty());
  }

  Set<String> lostAnd(String name) {
    Set<String> lost = new TreeSet<>(transition == null ? Set.of() : transition.lost());
    lost.add(name);
    return lost;
  }

  void requireOwners(String change, Ring target) {
    int rest = target.members().size();
    requireOwners(change, rest, copies(), "");
    layered().forEach((bucket, n) -> requireOwners(change, rest, n, " of bucket " + bucket));
  }

  private static void requireOwners(String change, int members, int n, String whose) {
    if (members < n) {
      throw invalid(change + " is refused: " + members + " members < n=" + n + " owners" + whose);
    }
  }

  boolean isUnderWay(Kind kind, String name) {
    return transition != null && transition.kind() == kind && transition.node().equals(name);
  }

  /**
   * A member that is gone for good is to be replaced: by a new node, which gets its places, or by
   * one that is joining just now, or by all members together if {@code by} is one of them. A
   * replacement or an abort that is under way may wait for it, so that goes on without it.
   */
  public ClusterState replace(String dead, Member by) {
    return Replacement.of(this, dead, by);
  }

  /** Everything is to go back to what it was before the change that is under way. */
  public ClusterState abort() {
    Transition moving = transition;
    if (founding != null) {
      return founded(false);
    }
    if (moving == null) {
      throw invalid("there is nothing to abort: no change is under way");
    }
    if (moving.kind() == Kind.ABORT) {
      return this;
    }
    if (!moving.lost().isEmpty()) {
      throw invalid(
          "the " + moving.describe() + " cannot be aborted: " + moving.lost() + " is given up");
    }
    return Transition.begin(
        this, Kind.ABORT, moving.node(), moving.by(), inBetween(), ring, Set.of());
  }

  /** The owners as they are now, some of the one ring and some of the other. */
  Ring inBetween() {
    Transition moving = transition;
    if (moving == null || moving.progress().indexOf(Transition.MOVED) < 0) {
      return ring;
    }
    List<List<String>> owners = new ArrayList<>();
    boolean isAsBefore = true;
    for (int p = 0; p < ring.partitions(); p++) {
      owners.add(Assignment.owners(assignment(p).now(), copies(p)));
      isAsBefore &= assignment(p).now().equals(ring.preference(p));
    }
    if (isAsBefore) {
      return ring;
    }
    Map<String, Member> members = new TreeMap<>();
    ring.members().forEach(member -> members.put(member.name(), member));
    moving.target().members().forEach(member -> members.put(member.name(), member));
    return Ring.of(List.copyOf(members.values()), ring.layers(), owners);
  }

  /** Which partitions have to be copied on the way from one ring to another. */
  List<Long> progress(Ring from, Ring target) {
    return IntStream.range(0, from.partitions())
        .mapToObj(p -> Assignment.differ(from.preference(p), target.preference(p), copies(p)))
        .map(moves -> moves ? Transition.COPYING : Transition.MOVED)
        .toList();
  }

  /** Whether the partition gets other owners in the transition, or has got them. */
  public boolean moves(int partition) {
    Transition moving = transition;
    return moving != null
        && Assignment.differ(
            ring.preference(partition), moving.target().preference(partition), copies(partition));
  }

  /** Partitions go one step on: to settle, or to have moved. Unchanged if none does. */
  public ClusterState advance(Collection<Integer> partitions) {
    Transition moving = transition;
    if (moving == null) {
      return this;
    }
    List<Long> progress = new ArrayList<>(moving.progress());
    for (int p : partitions) {
      long now = progress.get(p);
      progress.set(p, now == Transition.COPYING ? epoch + 1 : Transition.MOVED);
    }
    return progress.equals(moving.progress())
        ? this
        : next(
            ring,
            new Transition(
                moving.kind(),
                moving.node(),
                moving.by(),
                moving.since(),
                moving.target(),
                moving.lost(),
                progress));
  }

  /** The transition is over; all partitions must have moved. Unchanged if there is none. */
  public ClusterState finish() {
    Transition moving = transition;
    if (moving == null || moving.moved() < ring.partitions()) {
      return this;
    }
    return next(moving.target(), null);
  }

  /**
   * A bucket is to have these properties. Unchanged if it has them. Another n than before needs a
   * {@link #founding}, and is possible once.
   */
  public ClusterState bucket(String name, BucketProperties properties) {
    return Founding.begin(this, name, properties);
  }

  /**
   * The founding that is under way is over. Unchanged if there is none.
   *
   * @param succeeds whether the bucket has its properties from now on, else all is as before
   */
  public ClusterState founded(boolean succeeds) {
    return Founding.end(this, succeeds);
  }

  /** Nodes that take part now and will not when the transition is over, lost ones left out. */
  public List<String> leaving() {
    Ring goal = goal();
    return nodes().stream().map(Member::name).filter(name -> !goal.hasMember(name)).toList();
  }

  /** What one node decides alone, where a majority is lost: see {@link Forcing}. */
  public ClusterState forced(String by, Set<String> lost) {
    return Forcing.of(this, by, lost);
  }
}
