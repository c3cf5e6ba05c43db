package org.quorate.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.Version;

/** What happened to one key, and what answers have told of it. */
final class KeyHistory {
  /** From some moment on, at least so many owners include this context. */
  private record Fact(long since, CausalContext context) {}

  final Key key;
  final String name;
  final List<String> owners;
  final Style style;
  final List<Op> ops = new ArrayList<>();
  final Map<Dot, Op> writers = new HashMap<>();
  final Set<Dot> tombstones = new TreeSet<>();

  /** Owners on whose disks a bit was wrong. */
  final Set<String> damaged = new TreeSet<>();

  /** When an owner may first have lost what it held. */
  long lostSince = Long.MAX_VALUE;

  private final Map<Dot, Integer> numbers = new HashMap<>();
  private final List<List<Fact>> factsByHolders = new ArrayList<>();
  private final List<List<CausalContext>> held = new ArrayList<>();
  private final List<Map<Dot, Long>> goneByHolders = new ArrayList<>();

  /** How clients use the key. */
  enum Style {
    /** Writes without a context, and reads. */
    BLIND,
    /** Reads a set, adds to it, writes it with the context of what was read. */
    ADD,
    /** Puts and deletes with contexts, and deletes without. */
    RECREATE,
    /** Writes that have seen nothing, or what was read some time ago; and a few that clear up. */
    CONFLICT,
    /** Anything at all, also sloppy. */
    MIXED
  }

  KeyHistory(Key key, String name, List<String> owners, Style style) {
    this.key = key;
    this.name = name;
    this.owners = owners;
    this.style = style;
    for (int holders = 0; holders <= owners.size(); holders++) {
      factsByHolders.add(new ArrayList<>());
      held.add(new ArrayList<>());
      goneByHolders.add(new HashMap<>());
    }
  }

  /** No owner may have lost anything. */
  boolean isIntact() {
    return lostSince == Long.MAX_VALUE && damaged.isEmpty();
  }

  /** A small number for each dot of the key. */
  int numberOf(Dot dot) {
    return numbers.computeIfAbsent(dot, none -> numbers.size());
  }

  /** The dots of versions that were ever returned, or of writes that were acknowledged. */
  private Set<Dot> knownDots() {
    Set<Dot> dots = new HashSet<>(writers.keySet());
    dots.addAll(tombstones);
    return dots;
  }

  /** From now on at least so many owners include this state. */
  void learn(long now, int holders, Siblings state) {
    List<CausalContext> single = held.get(holders);
    single.removeIf(context -> state.context().coversAll(context));
    single.add(state.context());
    List<Fact> facts = factsByHolders.get(holders);
    CausalContext before =
        facts.isEmpty() ? CausalContext.EMPTY : facts.get(facts.size() - 1).context();
    if (!before.coversAll(state.context())) {
      facts.add(new Fact(now, before.join(state.context())));
    }
    Map<Dot, Long> gone = goneByHolders.get(holders);
    Set<Dot> present = new HashSet<>();
    state.versions().forEach(version -> present.add(version.dot()));
    for (Dot dot : knownDots()) {
      if (!gone.containsKey(dot) && state.context().covers(dot) && !present.contains(dot)) {
        gone.put(dot, now);
      }
    }
  }

  /**
   * The fewest holders of a fact of which a read must meet one. A damaged owner has mended its copy
   * from those of all others, so one holder that was not damaged is enough.
   */
  private int leastHolders(int r) {
    return Math.max(owners.size() - r, damaged.size()) + 1;
  }

  /** Nothing of the key is ever deleted, and no disk that may have held it was lost. */
  boolean isKept() {
    return isIntact() && (style == Style.BLIND || style == Style.ADD);
  }

  /** Contexts each of which at least so many owners include, not always the same. */
  List<CausalContext> heldBy(int holders) {
    return List.copyOf(held.get(holders));
  }

  /** What a read of so many owners that began then must include. */
  CausalContext required(long start, int r) {
    CausalContext required = CausalContext.EMPTY;
    for (int holders = leastHolders(r); holders <= owners.size(); holders++) {
      Fact fact = lastBefore(factsByHolders.get(holders), start);
      required = fact == null ? required : required.join(fact.context());
    }
    return required;
  }

  /**
   * Whether what a state lacks of a context may have been reaped: each value in it that the state
   * has not seen may have been superseded by a delete, or by what a delete superseded.
   */
  boolean mayBeReaped(Siblings state, CausalContext required) {
    return writers.entrySet().stream()
        .filter(each -> required.covers(each.getKey()) && !state.context().covers(each.getKey()))
        .allMatch(each -> each.getValue().kind != Op.Kind.PUT || mayBeDeleted(each.getValue()));
  }

  private boolean mayBeDeleted(Op value) {
    Set<Op> seen = new HashSet<>();
    Deque<Op> next = new ArrayDeque<>(List.of(value));
    while (!value.deleted && !next.isEmpty()) {
      Op superseded = next.remove();
      for (Op op : ops) {
        if (op.maySupersede(superseded) && seen.add(op)) {
          value.deleted |= op.kind != Op.Kind.PUT || op.deleted;
          next.add(op);
        }
      }
    }
    return value.deleted;
  }

  private static @Nullable Fact lastBefore(List<Fact> facts, long start) {
    for (int i = facts.size() - 1; i >= 0; i--) {
      if (facts.get(i).since() < start) {
        return facts.get(i);
      }
    }
    return null;
  }

  /** Whether a read of so many owners that began then must not return the version. */
  boolean isGone(Version version, boolean isNew, long start, int r) {
    if (isNew) {
      return required(start, r).covers(version.dot());
    }
    for (int holders = leastHolders(r); holders <= owners.size(); holders++) {
      Long since = goneByHolders.get(holders).get(version.dot());
      if (since != null && since < start) {
        return true;
      }
    }
    return false;
  }
}
