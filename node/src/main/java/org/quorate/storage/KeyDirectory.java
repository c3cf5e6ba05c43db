package org.quorate.storage;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.quorate.version.Key;

/**
 * Where each key's newest record is, by partition. Rebuildable from the log at any time.
 *
 * <p>A partition is touched by one thread at a time: its event loop, or recovery before that.
 */
public interface KeyDirectory {
  /**
   * Opens what an earlier run left, as far as it can be trusted: all records before the log
   * position that is returned are in. 0 if nothing is left.
   *
   * @param layout as in {@link Placing#layout}: what was laid out otherwise is not trusted
   */
  long recovered(long layout);

  /** All keys are where this layout has them. */
  void laidOut(long layout);

  /** Forgets everything. */
  void clear();

  @Nullable Location get(int partition, Key key);

  /**
   * Has the file made, elsewhere, that a first key in the partition needs.
   *
   * @return whether there is one
   */
  boolean prepare(int partition);

  /**
   * Sets the key's location, and moves the count of live bytes there.
   *
   * @param before what {@link #get} would return
   */
  void put(int partition, Key key, @Nullable Location before, Location location);

  /**
   * Forgets the key.
   *
   * @param before what {@link #get} would return
   */
  void remove(int partition, Key key, Location before);

  /** Visits all keys of a partition; the visitor must not come back to the directory. */
  void forEach(int partition, BiConsumer<Key, Location> visitor);

  /** Notes that all records of this loop's partitions up to the position are in. */
  void applied(int loop, long position);

  /**
   * Bytes of the segment's records that some key's location points to; after a kill perhaps too
   * few, never too many, so that what looks wholly live is.
   */
  long liveBytes(int segment);

  long keys();

  long sizeBytes();

  /**
   * Keeps what is in for the next start, up to this log position; with 0 nothing is trusted then.
   */
  void closeAt(long position);
}
