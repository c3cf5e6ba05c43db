package org.quorate.version;

import java.util.List;

/**
 * One value of a key, named by its dot. Immutable: a dot never names two values, so two versions
 * are equal when their dots are.
 *
 * @param writtenMillis the wall clock of the minting node, milliseconds since 1970; only a hint
 * @param deleted whether this is a tombstone; its value is then empty
 * @param value the bytes themselves, not a copy: callers must not change them
 */
public record Version(
    Dot dot, long writtenMillis, boolean deleted, List<Header> headers, byte[] value) {
  private static final byte[] NOTHING = {};

  public static Version tombstone(Dot dot, long writtenMillis) {
    return new Version(dot, writtenMillis, true, List.of(), NOTHING);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Version that && dot.equals(that.dot);
  }

  @Override
  public int hashCode() {
    return dot.hashCode();
  }

  @Override
  public String toString() {
    return dot + (deleted ? " tombstone" : " " + value.length + " bytes");
  }
}
