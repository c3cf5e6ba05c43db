package org.quorate.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quorate.version.Key;

/**
 * The key directory in persisted Chronicle Maps, off heap, one for each partition.
 *
 * <p>A map has a fixed capacity, which its file name tells. When it is full, a map of half as much
 * again is made on another thread, and then each operation on the partition moves some entries
 * over; meanwhile the larger map is asked first. A run that finds both files goes on moving. A map
 * is opened when it is first needed, because to open 256 of them takes long enough to be missed
 * when a node starts.
 */
public final class ChronicleDirectory implements KeyDirectory {
  private static final int FIRST_CAPACITY = 1024;
  private static final int MOVED_AT_ONCE = 64;

  private final MapFiles maps;
  private final Executor io;
  private final Executor preparing;
  private final DirectoryMark mark;
  private final int slots;
  private volatile Partition[] partitions = {};
  private volatile boolean closed;

  /**
   * Opens all maps. Blocks.
   *
   * @param slots of which each layer has a partition
   * @param io makes larger maps
   */
  public ChronicleDirectory(Path directory, int slots, int loops, Executor io) throws IOException {
    this.maps = new MapFiles(Files.createDirectories(directory));
    this.io = io;
    this.preparing = new OneByOne(io);
    this.slots = slots;
    this.mark = new DirectoryMark(directory.resolve("mark"), slots, loops);
  }

  /** Loads what a directory needs, which takes half a second; need not be waited for. */
  public static void load() {
    LocationMap.load();
  }

  @Override
  public long recovered(long layout) {
    long upTo = mark.open();
    try {
      boolean isLaidOut = mark.layout() == layout;
      maps.deleteUnfinished();
      if (!isLaidOut || !areMended(mark.touched())) {
        mark.reset();
        upTo = 0;
      }
      if (upTo == 0) {
        maps.delete();
      }
      makePartitions();
      mark.laidOut(layout);
      return upTo;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Mends the maps of partitions that were being touched when the process was killed. */
  private boolean areMended(Set<Integer> partitions) throws IOException {
    boolean mended = true;
    for (int p : partitions) {
      for (Path file : maps.of(p)) {
        mended &= LocationMap.mend(file, MapFiles.capacity(file));
      }
    }
    if (mended) {
      partitions.forEach(mark::release);
    }
    return mended;
  }

  /** Opens what an earlier run left, so that no request has to wait for it. */
  public void openMaps() {
    for (Partition partition : partitions) {
      if (!partition.files.isEmpty()) {
        partition.openUnlessClosed();
      }
    }
  }

  @Override
  public void laidOut(long layout) {
    mark.laidOut(layout);
  }

  private void makePartitions() throws IOException {
    SortedMap<Integer, List<Path>> found = maps.byPartition();
    Partition[] all = new Partition[found.isEmpty() ? 0 : found.lastKey() + 1];
    for (int p = 0; p < all.length; p++) {
      all[p] = new Partition(p, found.getOrDefault(p, List.of()));
    }
    partitions = all;
  }

  private Partition partition(int number) {
    Partition[] all = partitions;
    return number < all.length ? all[number] : added(number);
  }

  /** A layer more. */
  private synchronized Partition added(int number) {
    Partition[] all = partitions;
    if (number >= all.length) {
      int before = all.length;
      all = Arrays.copyOf(all, (number / slots + 1) * slots);
      for (int p = before; p < all.length; p++) {
        all[p] = new Partition(p, List.of());
      }
      partitions = all;
    }
    return all[number];
  }

  @Override
  public void clear() {
    try {
      long layout = mark.layout();
      mark.reset();
      mark.laidOut(layout);
      for (Partition partition : partitions) {
        partition.close();
      }
      maps.delete();
      makePartitions();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable Location get(int partition, Key key) {
    mark.touch(partition);
    Location found = partition(partition).get(key.encoded());
    mark.release(partition);
    return found;
  }

  @Override
  public boolean prepare(int partition) {
    return partition(partition).prepare();
  }

  @Override
  public void put(int partition, Key key, @Nullable Location before, Location location) {
    if (before != null) {
      mark.addLive(before.segment(), -before.length());
    }
    mark.touch(partition);
    partition(partition).put(key.encoded(), location);
    mark.release(partition);
    mark.addLive(location.segment(), location.length());
  }

  @Override
  public void remove(int partition, Key key, Location before) {
    mark.addLive(before.segment(), -before.length());
    mark.touch(partition);
    partition(partition).remove(key.encoded());
    mark.release(partition);
  }

  @Override
  public void forEach(int partition, BiConsumer<Key, Location> visitor) {
    mark.touch(partition);
    partition(partition).forEach(visitor);
    mark.release(partition);
  }

  @Override
  public void applied(int loop, long position) {
    mark.applied(loop, position);
  }

  @Override
  public long liveBytes(int segment) {
    return mark.live(segment);
  }

  @Override
  public long keys() {
    long keys = 0;
    for (Partition partition : partitions) {
      keys += partition.size;
    }
    return keys;
  }

  @Override
  public long sizeBytes() {
    long bytes = 0;
    for (Partition partition : partitions) {
      bytes += partition.usedBytes();
    }
    return bytes;
  }

  @Override
  public void closeAt(long position) {
    closed = true;
    for (Partition partition : partitions) {
      partition.close();
    }
    try {
      maps.sync(); // Before what vouches for them.
    } catch (IOException e) {
      throw new UncheckedIOException("the key directory could not be written out", e);
    }
    mark.stopped(position);
  }

  /** One partition's map, and the larger one that takes its place while it grows. */
  private final class Partition {
    private final int number;
    private final List<Path> files;
    private volatile @Nullable LocationMap map;
    private @Nullable LocationMap smaller;
    private volatile @Nullable LocationMap larger;
    private boolean growing;
    private boolean isPreparing;
    volatile long size;

    Partition(int number, List<Path> files) {
      this.number = number;
      this.files = files;
    }

    /** Called on the loop. */
    boolean prepare() {
      if (map == null && !isPreparing) {
        isPreparing = true;
        preparing.execute(() -> openUnlessClosed());
      }
      return map != null;
    }

    void openUnlessClosed() {
      if (!closed) {
        opened();
      }
    }

    /** The map, opened or made if nobody needed it yet. */
    synchronized LocationMap opened() {
      LocationMap current = map;
      if (current != null) {
        return current;
      }
      if (files.size() > 1) {
        smaller = open(MapFiles.capacity(files.get(0)));
        growing = true;
      }
      current =
          open(files.isEmpty() ? FIRST_CAPACITY : MapFiles.capacity(files.get(files.size() - 1)));
      size = current.size() + (smaller == null ? 0 : smaller.size());
      map = current;
      return current;
    }

    private LocationMap open(int capacity) {
      try {
        return LocationMap.open(maps.file(number, capacity), capacity, mark);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Nullable Location get(byte[] key) {
      LocationMap current = map;
      if (current == null) {
        if (files.isEmpty()) {
          return null;
        }
        current = opened();
      }
      Location found = current.get(key);
      return found == null && smaller != null ? smaller.get(key) : found;
    }

    void put(byte[] key, Location at) {
      LocationMap current = map;
      if (current == null) {
        current = opened();
      }
      current.put(key, at);
      if (smaller != null) {
        smaller.remove(key);
      }
      grow(current);
    }

    void remove(byte[] key) {
      opened().remove(key);
      if (smaller != null) {
        smaller.remove(key);
      }
      size = opened().size() + (smaller == null ? 0 : smaller.size());
    }

    private void grow(LocationMap current) {
      LocationMap made = larger;
      LocationMap rest = smaller;
      if (rest != null) {
        moveSome(rest, current);
      } else if (made != null) {
        larger = null;
        smaller = current;
        map = made;
      }
      size = opened().size() + (smaller == null ? 0 : smaller.size());
      if (!growing && current.isFull()) {
        growing = true;
        int next = current.capacity() + current.capacity() / 2;
        io.execute(() -> larger = open(next));
      }
    }

    private void moveSome(LocationMap from, LocationMap to) {
      from.moveSome(to, MOVED_AT_ONCE);
      if (from.size() == 0) {
        from.close();
        smaller = null;
        growing = false;
        try {
          Files.delete(maps.file(number, from.capacity()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    void forEach(BiConsumer<Key, Location> visitor) {
      if (map == null && files.isEmpty()) {
        return;
      }
      opened().forEach(visitor);
      if (smaller != null) {
        smaller.forEach(visitor);
      }
    }

    long usedBytes() {
      LocationMap current = map;
      return current == null ? 0 : current.usedBytes();
    }

    void close() {
      Stream.of(map, smaller, larger).filter(Objects::nonNull).forEach(LocationMap::close);
    }
  }
}
