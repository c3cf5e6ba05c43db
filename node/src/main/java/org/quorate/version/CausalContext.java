package org.quorate.version;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * A set of dots: everything that some state of one key has seen.
 *
 * <p>A version vector, in which an entry (actor, n) stands for all of that actor's dots of this key
 * up to n, and a cloud of single dots above it (delta-CRDTs, Almeida, Shoker and Baquero, 2018).
 * The cloud is nearly always empty: only the context of a write that left a sibling of the same
 * actor beside it needs one, because a vector entry would also cover that sibling.
 *
 * <p>Immutable. Invariants: actors ascend strictly; counters are at least 1; cloud dots ascend
 * strictly and none is covered by the vector.
 */
public final class CausalContext {
  public static final CausalContext EMPTY = new CausalContext(new long[0], new long[0], new Dot[0]);
  private static final Dot[] NO_DOTS = EMPTY.cloud;

  private final long[] actors;
  private final long[] counters;
  private final Dot[] cloud;

  private CausalContext(long[] actors, long[] counters, Dot[] cloud) {
    this.actors = actors;
    this.counters = counters;
    this.cloud = cloud;
  }

  /**
   * The context with this vector and cloud.
   *
   * @throws IllegalArgumentException if an invariant of the class does not hold
   */
  static CausalContext of(long[] actors, long[] counters, Dot[] cloud) {
    for (int i = 0; i < actors.length; i++) {
      if (counters[i] < 1 || (i > 0 && actors[i - 1] >= actors[i])) {
        throw new IllegalArgumentException("vector entry " + i + " is out of order or empty");
      }
    }
    CausalContext context = new CausalContext(actors, counters, cloud);
    for (int i = 0; i < cloud.length; i++) {
      if (context.counterOf(cloud[i].actor()) >= cloud[i].counter()
          || (i > 0 && cloud[i - 1].compareTo(cloud[i]) >= 0)) {
        throw new IllegalArgumentException("cloud dot " + i + " is out of order or covered");
      }
    }
    return context;
  }

  public int size() {
    return actors.length;
  }

  long actorAt(int index) {
    return actors[index];
  }

  long counterAt(int index) {
    return counters[index];
  }

  Dot[] cloud() {
    return cloud;
  }

  public boolean isEmpty() {
    return actors.length == 0 && cloud.length == 0;
  }

  /** The vector's counter for this actor, 0 if it has none. */
  long counterOf(long actor) {
    int at = Arrays.binarySearch(actors, actor);
    return at < 0 ? 0 : counters[at];
  }

  /** What the vector has of this actor, nothing else. */
  public CausalContext only(long actor) {
    long counter = counterOf(actor);
    return counter == 0 ? EMPTY : EMPTY.upTo(new Dot(actor, counter));
  }

  /** All actors of which it covers a dot. */
  public Set<Long> actors() {
    Set<Long> all = new TreeSet<>();
    Arrays.stream(actors).forEach(all::add);
    Arrays.stream(cloud).forEach(dot -> all.add(dot.actor()));
    return all;
  }

  /** Whether it covers any dot of this actor. */
  public boolean mentions(long actor) {
    return counterOf(actor) > 0 || Arrays.stream(cloud).anyMatch(dot -> dot.actor() == actor);
  }

  public boolean covers(Dot dot) {
    return dot.counter() <= counterOf(dot.actor())
        || (cloud.length > 0 && Arrays.binarySearch(cloud, dot) >= 0);
  }

  /** Whether every dot of the other context is in this one. */
  public boolean coversAll(CausalContext other) {
    for (int i = 0; i < other.actors.length; i++) {
      if (counterOf(other.actors[i]) < other.counters[i]) {
        return false;
      }
    }
    for (Dot dot : other.cloud) {
      if (!covers(dot)) {
        return false;
      }
    }
    return true;
  }

  /** This context and the single dot, without the actor's dots before it. */
  public CausalContext with(Dot dot) {
    if (covers(dot)) {
      return this;
    }
    Dot[] more = Arrays.copyOf(cloud, cloud.length + 1);
    more[cloud.length] = dot;
    Arrays.sort(more);
    return new CausalContext(actors, counters, more);
  }

  /**
   * This context and all of the actor's dots up to this one: what the actor itself has seen after
   * it minted the dot, because it holds every earlier dot of its own.
   */
  public CausalContext upTo(Dot dot) {
    return join(new CausalContext(new long[] {dot.actor()}, new long[] {dot.counter()}, NO_DOTS));
  }

  /** The union. */
  public CausalContext join(CausalContext other) {
    if (other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    long[] joinedActors = new long[actors.length + other.actors.length];
    long[] joinedCounters = new long[joinedActors.length];
    int n = 0;
    for (int i = 0, j = 0; i < actors.length || j < other.actors.length; n++) {
      int order =
          i == actors.length
              ? 1
              : j == other.actors.length ? -1 : Long.compare(actors[i], other.actors[j]);
      joinedActors[n] = order <= 0 ? actors[i] : other.actors[j];
      long mine = order <= 0 ? counters[i++] : 0;
      long theirs = order >= 0 ? other.counters[j++] : 0;
      joinedCounters[n] = Math.max(mine, theirs);
    }
    CausalContext vector =
        new CausalContext(
            Arrays.copyOf(joinedActors, n), Arrays.copyOf(joinedCounters, n), NO_DOTS);
    return cloud.length + other.cloud.length == 0 ? vector : vector.withCloudOf(this, other);
  }

  private CausalContext withCloudOf(CausalContext a, CausalContext b) {
    TreeSet<Dot> dots = new TreeSet<>();
    for (CausalContext source : new CausalContext[] {a, b}) {
      for (Dot dot : source.cloud) {
        if (!covers(dot)) {
          dots.add(dot);
        }
      }
    }
    return new CausalContext(actors, counters, dots.toArray(NO_DOTS));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CausalContext that
        && Arrays.equals(actors, that.actors)
        && Arrays.equals(counters, that.counters)
        && Arrays.equals(cloud, that.cloud);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(actors) + Arrays.hashCode(counters)) + Arrays.hashCode(cloud);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < actors.length; i++) {
      text.append(i == 0 ? "" : " ").append(Long.toHexString(actors[i])).append("≤");
      text.append(counters[i]);
    }
    for (Dot dot : cloud) {
      text.append(" +").append(dot);
    }
    return text.append("}").toString();
  }
}
