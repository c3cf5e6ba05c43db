package org.quorate.version;

/**
 * The name of one write: the actor that minted it and the actor's counter then, from 1.
 *
 * <p>No two writes ever share a dot (see storage.Identity for how that survives crashes).
 */
public record Dot(long actor, long counter) implements Comparable<Dot> {
  public Dot {
    if (counter < 1) {
      throw new IllegalArgumentException("dot counter " + counter + " < 1");
    }
  }

  @Override
  public int compareTo(Dot other) {
    int byActor = Long.compare(actor, other.actor);
    return byActor != 0 ? byActor : Long.compare(counter, other.counter);
  }

  @Override
  public String toString() {
    return Long.toHexString(actor) + ":" + counter;
  }
}
