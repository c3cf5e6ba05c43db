package org.quorate.testing;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.quorate.storage.KeyDirectory;
import org.quorate.storage.Location;
import org.quorate.version.Key;

/** The key directory as a plain map that lives no longer than its process. */
public final class HeapDirectory implements KeyDirectory {
  private final Map<Integer, Map<Key, Location>> partitions = new HashMap<>();
  private final Map<Integer, Long> live = new HashMap<>();

  public HeapDirectory copy() {
    HeapDirectory copy = new HeapDirectory();
    partitions.forEach((p, entries) -> copy.partitions.put(p, new LinkedHashMap<>(entries)));
    copy.live.putAll(live);
    return copy;
  }

  @Override
  public long recovered(long layout) {
    return 0;
  }

  @Override
  public void laidOut(long layout) {}

  @Override
  public boolean prepare(int partition) {
    return true;
  }

  @Override
  public void clear() {
    partitions.clear();
    live.clear();
  }

  private Map<Key, Location> of(int partition) {
    return partitions.computeIfAbsent(partition, none -> new LinkedHashMap<>());
  }

  @Override
  public Location get(int partition, Key key) {
    return of(partition).get(key);
  }

  @Override
  public void put(int partition, Key key, Location before, Location location) {
    Location replaced = of(partition).put(key, location);
    if (!Objects.equals(replaced, before)) {
      throw new AssertionError(replaced + " was there, not " + before);
    }
    if (before != null) {
      live.merge(before.segment(), (long) -before.length(), Long::sum);
    }
    live.merge(location.segment(), (long) location.length(), Long::sum);
  }

  @Override
  public void remove(int partition, Key key, Location before) {
    if (!before.equals(of(partition).remove(key))) {
      throw new AssertionError(before + " was not there");
    }
    live.merge(before.segment(), (long) -before.length(), Long::sum);
  }

  @Override
  public void forEach(int partition, BiConsumer<Key, Location> visitor) {
    of(partition).forEach(visitor);
  }

  @Override
  public void applied(int loop, long position) {}

  @Override
  public long liveBytes(int segment) {
    return live.getOrDefault(segment, 0L);
  }

  @Override
  public long keys() {
    return partitions.values().stream().mapToLong(Map::size).sum();
  }

  @Override
  public long sizeBytes() {
    return keys() * 100;
  }

  @Override
  public void closeAt(long position) {}
}
