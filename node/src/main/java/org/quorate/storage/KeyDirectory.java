package org.quorate.storage;

import java.util.Set;
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
   * What an earlier run left that can be trusted.
   *
   * @param upTo all records before this log position are in, but for these partitions
   * @param rebuild partitions of which nothing is left
   */
  record Recovered(long upTo, Set<Integer> rebuild) {
    public static final Recovered NOTHING = new Recovered(0, Set.of());
  }

  Recovered recovered();

  /** Forgets everything. */
  void clear();

  @Nullable Location get(int partition, Key key);

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

  void forEach(int partition, BiConsumer<Key, Location> visitor);

  /** Notes that all records of this loop's partitions up to the position are in. */
  void applied(int loop, long position);

  /** Bytes of the segment's records that some key's location points to. */
  long liveBytes(int segment);

  long keys();

  long sizeBytes();

  /**
   * Keeps what is in for the next start, up to this log position; with 0 nothing is trusted then.
   */
  void closeAt(long position);
}
