package org.quorate.version;

import java.util.ArrayList;
import java.util.List;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * A key's whole state: the versions that no known write has superseded, and the causal context of
 * everything ever seen for the key. A dotted version vector set (Preguiça, Baquero, Almeida, Fonte
 * and Gonçalves, "Brief announcement: efficient causality tracking in distributed storage systems
 * with dotted version vectors", PODC 2012).
 *
 * <p>Immutable. Invariants: versions ascend by dot, and the context covers each of their dots.
 * States of one key form a join semilattice under {@link #merge}: it is idempotent, commutative and
 * associative, so replicas that have seen the same writes in any order are equal.
 */
public final class Siblings {
  public static final Siblings EMPTY = new Siblings(CausalContext.EMPTY, List.of());

  private static final LongHashFunction HASH = LongHashFunction.xx3();

  private final CausalContext context;
  private final List<Version> versions;

  private Siblings(CausalContext context, List<Version> versions) {
    this.context = context;
    this.versions = versions;
  }

  /**
   * @throws IllegalArgumentException if an invariant of the class does not hold
   */
  static Siblings of(CausalContext context, List<Version> versions) {
    for (int i = 0; i < versions.size(); i++) {
      Dot dot = versions.get(i).dot();
      if (!context.covers(dot) || (i > 0 && versions.get(i - 1).dot().compareTo(dot) >= 0)) {
        throw new IllegalArgumentException("version " + i + " is out of order or not covered");
      }
    }
    return new Siblings(context, versions);
  }

  public CausalContext context() {
    return context;
  }

  public List<Version> versions() {
    return versions;
  }

  /**
   * The dot that tells all of this state but the value, null if none does: that of its one version,
   * which is also the one entry of its context. So it is while one actor writes the key and each
   * write supersedes the one before.
   */
  public @Nullable Dot only() {
    if (versions.size() != 1) {
      return null;
    }
    Dot dot = versions.get(0).dot();
    return context.equals(CausalContext.EMPTY.upTo(dot)) ? dot : null;
  }

  /** A state that has seen this dot, and those of its actor before, and holds no version. */
  public static Siblings after(Dot dot) {
    return after(CausalContext.EMPTY.upTo(dot));
  }

  /** The {@link #digest} of a state whose {@link #only} write is this one. */
  public static long digestOfOnly(Dot dot) {
    return hash(dot.actor(), dot.counter(), dot.actor(), dot.counter(), 1L << 32);
  }

  /** Nothing was ever seen for the key. */
  public boolean isEmpty() {
    return context.isEmpty();
  }

  /** Every version is a tombstone, and there is one. */
  public boolean isTombstone() {
    return !versions.isEmpty() && versions.stream().allMatch(Version::deleted);
  }

  /** No version is a value: all are tombstones, or there is none. */
  public boolean isDead() {
    return versions.stream().allMatch(Version::deleted);
  }

  /**
   * This state without the versions that are superseded by what somebody else has seen: those in
   * this context, but for the ones that are held there.
   */
  public Siblings without(CausalContext seen, Siblings held) {
    if (seen.isEmpty()) {
      return this;
    }
    List<Version> kept = new ArrayList<>(versions);
    kept.removeIf(version -> seen.covers(version.dot()) && !held.holds(version.dot()));
    return kept.size() == versions.size() ? this : new Siblings(context, List.copyOf(kept));
  }

  private boolean holds(Dot dot) {
    return versions.stream().anyMatch(version -> version.dot().equals(dot));
  }

  /** A state that has seen this, and holds no version. */
  public static Siblings after(CausalContext seen) {
    return new Siblings(seen, List.of());
  }

  /** Both states' writes, without the versions that one of them has seen superseded. */
  public Siblings merge(Siblings other) {
    if (other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    List<Version> merged = new ArrayList<>(versions.size() + other.versions.size());
    int i = 0;
    int j = 0;
    while (i < versions.size() || j < other.versions.size()) {
      int order = orderAt(i, other, j);
      if (order == 0) {
        merged.add(versions.get(i++));
        j++;
      } else if (order < 0) {
        addUnlessCovered(merged, versions.get(i++), other.context);
      } else {
        addUnlessCovered(merged, other.versions.get(j++), context);
      }
    }
    return new Siblings(context.join(other.context), List.copyOf(merged));
  }

  private int orderAt(int i, Siblings other, int j) {
    if (i == versions.size()) {
      return 1;
    }
    if (j == other.versions.size()) {
      return -1;
    }
    return versions.get(i).dot().compareTo(other.versions.get(j).dot());
  }

  private static void addUnlessCovered(List<Version> to, Version version, CausalContext context) {
    if (!context.covers(version.dot())) {
      to.add(version);
    }
  }

  /**
   * This state after the owner that minted the version's dot stored it: exactly the versions that
   * {@code seen} covers are superseded. The owner must hold every earlier dot of its own actor.
   */
  public Siblings write(CausalContext seen, Version version) {
    assert !context.covers(version.dot()) : version.dot() + " was used before";
    List<Version> kept = new ArrayList<>(versions.size() + 1);
    int at = 0;
    for (Version old : versions) {
      addUnlessCovered(kept, old, seen);
      if (old.dot().compareTo(version.dot()) < 0) {
        at = kept.size();
      }
    }
    kept.add(at, version);
    return new Siblings(context.join(seen).upTo(version.dot()), List.copyOf(kept));
  }

  /**
   * What a writer has seen after {@link #write}: what it superseded and its own write, but no
   * sibling that was left beside it.
   */
  public CausalContext contextOfWrite(CausalContext seen, Dot written) {
    return versions.size() == 1 ? context : seen.with(written);
  }

  /**
   * 64 bits that name this state among the states of one key: equal for equal states, and different
   * for others but for a chance of 2^-64. Zero stands for {@link #EMPTY} only.
   */
  public long digest() {
    if (isEmpty()) {
      return 0;
    }
    Dot[] cloud = context.cloud();
    long[] words = new long[2 * (context.size() + cloud.length + versions.size()) + 1];
    int n = 0;
    for (int i = 0; i < context.size(); i++) {
      words[n++] = context.actorAt(i);
      words[n++] = context.counterAt(i);
    }
    for (Dot dot : cloud) {
      words[n++] = dot.actor();
      words[n++] = dot.counter();
    }
    for (Version version : versions) {
      words[n++] = version.dot().actor();
      words[n++] = version.dot().counter();
    }
    words[n] = ((long) context.size() << 32) | cloud.length;
    return hash(words);
  }

  private static long hash(long... words) {
    long hash = HASH.hashLongs(words);
    return hash == 0 ? 1 : hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Siblings that
        && context.equals(that.context)
        && versions.equals(that.versions);
  }

  @Override
  public int hashCode() {
    return 31 * context.hashCode() + versions.hashCode();
  }

  @Override
  public String toString() {
    return context + " " + versions;
  }
}
