package org.quorate.sim;

import java.util.Arrays;
import java.util.function.BiConsumer;
import org.quorate.storage.KeyDirectory;
import org.quorate.storage.Location;
import org.quorate.testing.HeapDirectory;
import org.quorate.version.Key;

/**
 * The key directory by its contract: it outlives a kill with what each loop had applied, a stop in
 * good order whole, and a power cut not at all.
 */
final class SimDirectory implements KeyDirectory {
  private final HeapDirectory entries;
  private final long[] applied;
  private long stoppedAt;
  private long layout;

  SimDirectory(int loops) {
    this(new HeapDirectory(), new long[loops], 0, 0);
  }

  private SimDirectory(HeapDirectory entries, long[] applied, long stoppedAt, long layout) {
    this.layout = layout;
    this.entries = entries;
    this.applied = applied;
    this.stoppedAt = stoppedAt;
  }

  /** What a copy of the disk has of it. */
  SimDirectory copy() {
    return new SimDirectory(entries.copy(), applied.clone(), stoppedAt, layout);
  }

  @Override
  public long recovered(long now) {
    if (now != layout) {
      clear();
    }
    layout = now;
    long upTo = stoppedAt;
    if (upTo == 0) {
      upTo = Long.MAX_VALUE;
      for (long position : applied) {
        upTo = Math.min(upTo, position);
      }
    }
    stoppedAt = 0;
    return upTo;
  }

  @Override
  public boolean prepare(int partition) {
    return true;
  }

  @Override
  public void laidOut(long now) {
    layout = now;
  }

  @Override
  public void clear() {
    entries.clear();
    Arrays.fill(applied, 0);
    stoppedAt = 0;
  }

  @Override
  public Location get(int partition, Key key) {
    return entries.get(partition, key);
  }

  @Override
  public void put(int partition, Key key, Location before, Location location) {
    entries.put(partition, key, before, location);
  }

  @Override
  public void remove(int partition, Key key, Location before) {
    entries.remove(partition, key, before);
  }

  @Override
  public void forEach(int partition, BiConsumer<Key, Location> visitor) {
    entries.forEach(partition, visitor);
  }

  @Override
  public void applied(int loop, long position) {
    applied[loop] = position;
  }

  @Override
  public long liveBytes(int segment) {
    return entries.liveBytes(segment);
  }

  @Override
  public long keys() {
    return entries.keys();
  }

  @Override
  public long sizeBytes() {
    return entries.sizeBytes();
  }

  @Override
  public void closeAt(long position) {
    stoppedAt = position;
  }
}
