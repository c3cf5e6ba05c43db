package org.quorate.storage;

import org.quorate.version.Key;

/** Which partition each key belongs to. */
public interface Placing {
  int partition(Key key);

  /**
   * The layer that the key's partition is in. A record of the first layer whose key is in another
   * one now was dead before the key's bucket got there.
   */
  int layer(Key key);

  /** A number that is another where keys belong to other partitions; 0 with one layer only. */
  long layout();
}
