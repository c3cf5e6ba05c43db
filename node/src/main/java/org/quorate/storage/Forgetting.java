package org.quorate.storage;

import org.jspecify.annotations.Nullable;
import org.quorate.version.State;

/**
 * Leaves nothing of a key, unless it has changed.
 *
 * @param digest of the state to be forgotten
 */
record Forgetting(long digest) implements Change {
  @Override
  public @Nullable State fromDigest(long held) {
    return held == digest ? State.EMPTY : null;
  }

  @Override
  public State from(State current) {
    return current.digest() == digest ? State.EMPTY : current;
  }
}
