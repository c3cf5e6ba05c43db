package org.quorate.sim;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.QuorumException;
import org.quorate.coordinator.ReadResult;
import org.quorate.coordinator.WriteResult;
import org.quorate.replica.LocalReplica;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.Version;

/** Judges every answer of the cluster by the promises G1 to G7. */
final class Checker {
  private final SimTime time;
  private final IntSupplier members;
  private final int n;
  private int fewestMembers;
  private boolean isChanging;
  private final Set<String> replaced = new HashSet<>();
  private final List<Op> ops = new ArrayList<>();
  private final Map<Key, KeyHistory> keys = new LinkedHashMap<>();
  private final Map<Dot, KeyHistory> dots = new HashMap<>();
  private final List<Loss> losses = new ArrayList<>();

  /** A node that may have lost what it held. */
  private record Loss(String node, long at) {}

  /**
   * @param members tells how many nodes the cluster has
   * @param firstMembers how many it has at first
   * @param n owners of each key
   */
  Checker(SimTime time, IntSupplier members, int firstMembers, int n) {
    this.time = time;
    this.members = members;
    this.fewestMembers = firstMembers;
    this.n = n;
  }

  /** An operator changes the members: from now on any node may be an owner of any key. */
  void changing() {
    isChanging = true;
  }

  /** Whether the node's disk was not replaced so far. */
  boolean isIntact(String node) {
    return !replaced.contains(node);
  }

  /** Whether no disk was replaced so far. */
  boolean areAllIntact() {
    return replaced.isEmpty();
  }

  private boolean mayOwn(String node, KeyHistory key) {
    return isChanging || key.owners.contains(node);
  }

  void add(KeyHistory key) {
    keys.put(key.key, key);
  }

  List<KeyHistory> keys() {
    return List.copyOf(keys.values());
  }

  int operations() {
    return ops.size();
  }

  int succeeded() {
    return (int) ops.stream().filter(op -> op.outcome == Op.Outcome.OK).count();
  }

  Op begin(
      Op.Kind kind,
      KeyHistory key,
      int client,
      String node,
      int quorum,
      boolean sloppy,
      @Nullable CausalContext seen,
      BitSet ancestors) {
    Op op =
        new Op(ops.size(), kind, key, client, node, quorum, sloppy, time.nanos(), seen, ancestors);
    ops.add(op);
    key.ops.add(op);
    return op;
  }

  /**
   * The node has lost its disk, or has an older one now. It learns that from any other, and is
   * refilled by all of them before it answers reads. Where half of the members or more have lost
   * theirs, these may take one another for new, and nobody knows better.
   *
   * @param isRemembered whether each other member noted the node's last life
   */
  void replaced(String node, boolean isRemembered) {
    replaced.add(node);
    fewestMembers = Math.min(fewestMembers, members.getAsInt());
    damaged(node, !isRemembered || 2 * replaced.size() >= fewestMembers);
  }

  /** The node's disk may have lost what it held, and nobody notices. */
  private void lost(String node) {
    losses.add(new Loss(node, time.nanos()));
    for (KeyHistory key : keys.values()) {
      if (mayOwn(node, key)) {
        key.lostSince = Math.min(key.lostSince, time.nanos());
      }
    }
  }

  /**
   * A bit of the node's disk is wrong. It must notice that, but for the newest segment's last
   * batch, which it may take for torn.
   */
  void damaged(String node, boolean maybeUnnoticed) {
    if (maybeUnnoticed) {
      lost(node);
    } else {
      losses.add(new Loss(node, time.nanos()));
      keys.values().stream().filter(key -> mayOwn(node, key)).forEach(key -> key.damaged.add(node));
    }
  }

  private static Violation violation(KeyHistory key, String promise, String what) {
    return new Violation(promise + ", key " + key.name + ": " + what);
  }

  /** Answers to reads that a quorum of owners must be found in. */
  void read(Op op, ReadResult result) {
    Siblings state = result.state().siblings();
    op.outcome = Op.Outcome.OK;
    op.end = time.nanos();
    op.detail = state.toString();
    if (result.acks() < op.quorum || result.r() != op.quorum) {
      throw violation(op.key, "F10", op + ": " + result.acks() + " answers");
    }
    Set<Dot> fresh = observe(op.key, state);
    if (!op.sloppy && op.end < op.key.lostSince) {
      requireCurrent(op, state, fresh);
      int repairQuorum = Math.max(n / 2 + 1, n - op.quorum + 1);
      op.key.learn(op.end, Math.min(op.quorum, repairQuorum), state);
    }
  }

  /** Not claimed of r=1 where a disk was replaced: its node may have met nobody who knows that. */
  private void requireCurrent(Op op, Siblings state, Set<Dot> fresh) {
    if (op.quorum == 1 && replaced.stream().anyMatch(node -> mayOwn(node, op.key))) {
      return;
    }
    CausalContext required = op.key.required(op.start, op.quorum);
    if (!state.context().coversAll(required) && !op.key.mayBeReaped(state, required)) {
      throw violation(
          op.key, "G3 (a read misses what was acknowledged or read)", op + " must see " + required);
    }
    for (Version version : state.versions()) {
      if (op.key.isGone(version, fresh.contains(version.dot()), op.start, op.quorum)) {
        throw violation(op.key, "G3, G6 (back in time)", op + " shows " + version.dot() + " again");
      }
    }
  }

  void written(Op op, WriteResult result) {
    Siblings state = result.state().siblings();
    op.outcome = Op.Outcome.OK;
    op.end = time.nanos();
    op.detail = state + " told " + result.context();
    if (result.agreed() < op.quorum || result.w() != op.quorum) {
      throw violation(op.key, "F10", op + ": " + result.agreed() + " acknowledgements");
    }
    for (Version version : state.versions()) {
      boolean mine =
          op.kind == Op.Kind.PUT
              ? !version.deleted() && Values.operation(version) == op.number
              : version.deleted() && op.seen != null && result.context().covers(version.dot());
      if (mine) {
        note(op, version.dot());
      }
    }
    if (op.dot == null && op.kind != Op.Kind.DELETE_SEEN) {
      throw violation(op.key, "G2", op + ": the write is not in its own answer");
    }
    observe(op.key, state);
    if (!op.sloppy && op.end < op.key.lostSince) {
      int holders = op.kind == Op.Kind.DELETE_SEEN ? 1 : op.quorum;
      op.key.learn(op.end, holders, state);
    }
  }

  private static void note(Op op, Dot dot) {
    if (op.dot != null && !op.dot.equals(dot)) {
      throw violation(op.key, "G5 (written twice)", op + " is " + op.dot + " and " + dot);
    }
    op.dot = dot;
    op.key.writers.put(dot, op);
  }

  void failed(Op op, @Nullable Throwable problem) {
    op.end = time.nanos();
    if (problem instanceof QuorumException e) {
      op.detail = e.kind() + " " + e.parts();
      op.outcome = e.isNotApplied() ? Op.Outcome.NOT_APPLIED : Op.Outcome.UNKNOWN;
      if (op.outcome == Op.Outcome.NOT_APPLIED && op.observed) {
        throw violation(op.key, "G5 (not applied, but seen)", op.toString());
      }
    } else if (problem == null) {
      op.detail = "no answer";
      op.outcome = Op.Outcome.UNKNOWN;
    } else {
      throw new IllegalStateException(op + " failed unexpectedly", problem);
    }
  }

  /** The node was not there to be asked. */
  void refused(Op op) {
    op.end = time.nanos();
    op.detail = "refused";
    op.outcome = Op.Outcome.NOT_APPLIED;
  }

  /** Checks what some owner or quorum holds; returns the dots that were not known before. */
  Set<Dot> observe(KeyHistory key, Siblings state) {
    Set<Dot> fresh = new HashSet<>();
    List<Op> writers = new ArrayList<>();
    for (Version version : state.versions()) {
      KeyHistory of = dots.putIfAbsent(version.dot(), key);
      if (of == null) {
        fresh.add(version.dot());
      } else if (!of.equals(key)) {
        throw violation(key, "F2 (a dot names two writes)", version.dot() + " is of " + of.name);
      }
      Op writer = version.deleted() ? tombstone(key, version) : writer(key, version);
      if (writer != null) {
        writers.add(writer);
      }
    }
    for (Op op : writers) {
      for (Op other : writers) {
        if (op.seen != null && op.maySupersede(other)) {
          throw violation(key, "G2 (a sibling dominates another)", op + " over " + other);
        }
      }
    }
    if (state.versions().size() > LocalReplica.MAX_SIBLINGS * n) {
      throw violation(key, "G7", state.versions().size() + " siblings");
    }
    requireFewSiblings(key, state.versions().size());
    requireSuperseded(key, state);
    return fresh;
  }

  /** Clients that read before they write leave a sibling each, and one for each doubtful write. */
  private static void requireFewSiblings(KeyHistory key, int siblings) {
    if (key.style != KeyHistory.Style.ADD || siblings < 3 || !key.isIntact()) {
      return;
    }
    List<Op> writes =
        key.ops.stream()
            .filter(Op::isWrite)
            .filter(op -> op.outcome != Op.Outcome.NOT_APPLIED)
            .toList();
    long writers = writes.stream().mapToInt(op -> op.client).distinct().count();
    long doubtful = writes.stream().filter(op -> op.outcome != Op.Outcome.OK).count();
    if (siblings > writers + doubtful) {
      throw violation(key, "G7 (F11)", siblings + " siblings of " + writers + " writers");
    }
  }

  private @Nullable Op tombstone(KeyHistory key, Version version) {
    Op known = key.writers.get(version.dot());
    if (known != null && known.kind == Op.Kind.PUT) {
      throw violation(key, "F2 (a dot names two writes)", known + " and a tombstone");
    }
    key.tombstones.add(version.dot());
    return known;
  }

  private Op writer(KeyHistory key, Version version) {
    int number = Values.operation(version);
    Op op = number < ops.size() ? ops.get(number) : null;
    if (op == null || !op.key.equals(key) || op.kind != Op.Kind.PUT) {
      throw violation(key, "a value that nobody wrote", version.dot() + ": #" + number);
    }
    if (op.outcome == Op.Outcome.NOT_APPLIED) {
      throw violation(key, "G5 (not applied, but seen)", op.toString());
    }
    Op before = key.writers.get(version.dot());
    if ((before != null && !before.equals(op)) || key.tombstones.contains(version.dot())) {
      throw violation(key, "F2 (a dot names two writes)", version.dot() + ": " + before);
    }
    note(op, version.dot());
    op.observed = true;
    return op;
  }

  /**
   * A value that a state has seen and no longer holds was superseded by a write that may do that. A
   * tombstone may also have been reaped.
   */
  private void requireSuperseded(KeyHistory key, Siblings state) {
    Set<Dot> present = new HashSet<>();
    state.versions().forEach(version -> present.add(version.dot()));
    key.writers.forEach(
        (dot, op) -> {
          boolean isValue = op.kind == Op.Kind.PUT;
          if (isValue && !op.superseded && !present.contains(dot) && state.context().covers(dot)) {
            op.superseded = key.ops.stream().anyMatch(other -> other.maySupersede(op));
            if (!op.superseded) {
              throw violation(key, "G2 (superseded by nobody)", op + " is not in " + state);
            }
          }
        });
  }

  /** What a key's owners agree on in the end holds every acknowledged write, or its successor. */
  void requireDurable(KeyHistory key, Siblings agreed) {
    BitSet present = new BitSet();
    BitSet elements = new BitSet();
    for (Version version : agreed.versions()) {
      elements.or(Values.elements(version));
      Op op = key.writers.get(version.dot());
      if (op != null) {
        present.set(op.number);
      }
    }
    for (Op op : key.ops) {
      boolean acknowledged = op.isWrite() && op.outcome == Op.Outcome.OK && op.dot != null;
      if (acknowledged && lossesSince(op) < op.quorum) {
        boolean held = present.get(op.number);
        boolean isReaped =
            op.kind != Op.Kind.PUT && present.stream().noneMatch(number -> saw(op, number));
        boolean isSuperseded = key.ops.stream().anyMatch(other -> other.maySupersede(op));
        if (!held && !isReaped && !isSuperseded) {
          throw violation(key, "G1, G2 (lost)", op + " is not in " + agreed);
        }
        if (key.style == KeyHistory.Style.ADD && !elements.get(op.number)) {
          throw violation(key, "G2 (an element is lost)", op + " is not in " + elements);
        }
      }
    }
    requireTombstonesOfDeletes(key);
  }

  private boolean saw(Op op, int number) {
    Dot dot = ops.get(number).dot;
    return dot != null && op.ancestors.get(op.key.numberOf(dot));
  }

  private void requireTombstonesOfDeletes(KeyHistory key) {
    long anonymous = key.tombstones.stream().filter(dot -> key.writers.get(dot) == null).count();
    long deletes =
        key.ops.stream()
            .filter(op -> op.kind == Op.Kind.DELETE || op.kind == Op.Kind.DELETE_SEEN)
            .filter(op -> op.dot == null && op.outcome != Op.Outcome.NOT_APPLIED)
            .count();
    if (anonymous > deletes) {
      throw violation(key, "G5", anonymous + " unexplained tombstones, " + deletes + " deletes");
    }
  }

  private long lossesSince(Op op) {
    return losses.stream()
        .filter(loss -> loss.at() >= op.start)
        .filter(loss -> op.sloppy || mayOwn(loss.node(), op.key))
        .map(Loss::node)
        .distinct()
        .count();
  }
}
