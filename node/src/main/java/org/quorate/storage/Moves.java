package org.quorate.storage;

import org.jspecify.annotations.Nullable;
import org.quorate.version.Key;

/** Told of each change of the directory, on the loop that owns the key. */
public interface Moves {
  /**
   * The key's newest durable record was there, and is here now.
   *
   * @param from null if the key had none
   * @param to null if it has none any more
   */
  void moved(Key key, @Nullable Location from, @Nullable Location to);
}
