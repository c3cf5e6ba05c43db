package org.quorate.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
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

  /** A map has room for about a sixth more than its capacity, if keys are short. */
  private static final double FULL = 1.1;

  /** Extensions that a map may make of itself; one with longer keys needs them. */
  private static final int EXTENSIONS = 16;

  private static final int MOVED_AT_ONCE = 64;
  private static final int KEY_BYTES = 24;
  private static final int LOCATION_BYTES = 24;
  private static final String UNFINISHED = ".new";
  private static final String HELD_LOCK = "lock of segment ";

  private final Path directory;
  private final Executor io;
  private final DirectoryMark mark;
  private final Partition[] partitions;
  private volatile boolean closed;

  /**
   * Opens all maps. Blocks.
   *
   * @param io makes larger maps
   */
  public ChronicleDirectory(Path directory, int partitions, int loops, Executor io)
      throws IOException {
    this.directory = Files.createDirectories(directory);
    this.io = io;
    this.mark = new DirectoryMark(directory.resolve("mark"), loops);
    this.partitions = new Partition[partitions];
  }

  /** Loads Chronicle Map's classes, which takes half a second; need not be waited for. */
  public static void load() {
    ChronicleMapBuilder.of(byte[].class, byte[].class)
        .entries(16)
        .averageKeySize(KEY_BYTES)
        .constantValueSizeBySample(new byte[LOCATION_BYTES])
        .actualSegments(1)
        .create()
        .close();
  }

  @Override
  public Recovered recovered() {
    Recovered kept = mark.open();
    try {
      deleteMaps("*" + UNFINISHED);
      if (kept.upTo() == 0) {
        deleteMaps("*.map");
      }
      Set<Integer> lost = new HashSet<>();
      for (int p : kept.rebuild()) {
        if (!isMended(p)) {
          lost.add(p);
          deleteMaps(String.format("%05d-*.map", p));
        }
        mark.release(p);
      }
      makePartitions();
      return new Recovered(kept.upTo(), lost);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Mends the maps of a partition that was being touched when the process was killed. Its lock may
   * be held, which is expected, and the one operation's entry half changed, but its record is read
   * again from the log. Anything else that is found wrong is not trusted.
   */
  private boolean isMended(int partition) throws IOException {
    boolean[] wrong = {false};
    for (Path file : maps(String.format("%05d-*.map", partition))) {
      try {
        builder(capacityOf(file))
            .recoverPersistedTo(
                file.toFile(), true, found -> wrong[0] |= !found.message().startsWith(HELD_LOCK))
            .close();
      } catch (IOException | RuntimeException e) {
        return false;
      }
    }
    return !wrong[0];
  }

  /** Opens what an earlier run left, so that no request has to wait for it. */
  public void openMaps() {
    for (Partition partition : partitions) {
      if (!partition.files.isEmpty() && !closed) {
        partition.opened();
      }
    }
  }

  private void makePartitions() throws IOException {
    Map<Integer, List<Path>> files = new HashMap<>();
    List<Path> ascending = maps("*.map");
    ascending.sort(Comparator.comparing(Path::toString));
    for (Path file : ascending) {
      int number = Integer.parseInt(file.getFileName().toString().substring(0, 5));
      files.computeIfAbsent(number, none -> new ArrayList<>()).add(file);
    }
    for (int p = 0; p < partitions.length; p++) {
      partitions[p] = new Partition(p, files.getOrDefault(p, List.of()));
    }
  }

  @Override
  public void clear() {
    try {
      mark.reset();
      for (Partition partition : partitions) {
        partition.close();
      }
      deleteMaps("*.map");
      makePartitions();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Path> maps(String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
      files.forEach(found::add);
    }
    return found;
  }

  private void deleteMaps(String glob) throws IOException {
    for (Path map : maps(glob)) {
      Files.delete(map);
    }
  }

  @Override
  public @Nullable Location get(int partition, Key key) {
    mark.touch(partition);
    Location found = partitions[partition].get(key.encoded());
    mark.release(partition);
    return found;
  }

  @Override
  public void put(int partition, Key key, @Nullable Location before, Location location) {
    mark.touch(partition);
    partitions[partition].put(key.encoded(), location);
    mark.release(partition);
    if (before != null) {
      mark.addLive(before.segment(), -before.length());
    }
    mark.addLive(location.segment(), location.length());
  }

  @Override
  public void forEach(int partition, BiConsumer<Key, Location> visitor) {
    partitions[partition].forEach(visitor);
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
    mark.stopped(position);
  }

  private static ChronicleMapBuilder<byte[], byte[]> builder(int capacity) {
    return ChronicleMapBuilder.of(byte[].class, byte[].class)
        .entries(capacity)
        .averageKeySize(KEY_BYTES)
        .constantValueSizeBySample(new byte[LOCATION_BYTES])
        .actualSegments(1)
        .maxBloatFactor(EXTENSIONS)
        .checksumEntries(false)
        .putReturnsNull(true)
        .removeReturnsNull(true);
  }

  /** A new map gets its name when it is whole, so that a kill leaves none half made. */
  private static ChronicleMap<byte[], byte[]> open(Path file, int capacity) throws IOException {
    ChronicleMapBuilder<byte[], byte[]> builder = builder(capacity).name(file.toString());
    if (!Files.exists(file)) {
      Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
      builder.createPersistedTo(unfinished.toFile()).close();
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return builder.createPersistedTo(file.toFile());
  }

  private static int capacityOf(Path file) {
    String name = file.getFileName().toString();
    return Integer.parseInt(name.substring(6, 16));
  }

  /** One partition's map, and the larger one that takes its place while it grows. */
  private final class Partition {
    private final int number;
    private final List<Path> files;
    private final byte[] value = new byte[LOCATION_BYTES];
    private final ByteBuffer fields = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    private volatile @Nullable ChronicleMap<byte[], byte[]> map;
    private @Nullable ChronicleMap<byte[], byte[]> smaller;
    private volatile @Nullable ChronicleMap<byte[], byte[]> larger;
    private int capacity = FIRST_CAPACITY;
    private int smallerCapacity;
    private boolean growing;
    volatile long size;

    Partition(int number, List<Path> files) {
      this.number = number;
      this.files = files;
    }

    private long sizeNow() {
      ChronicleMap<byte[], byte[]> current = map;
      return (current == null ? 0 : current.longSize())
          + (smaller == null ? 0 : smaller.longSize());
    }

    /** The map, opened or made if nobody needed it yet. */
    synchronized ChronicleMap<byte[], byte[]> opened() {
      ChronicleMap<byte[], byte[]> current = map;
      if (current != null) {
        return current;
      }
      try {
        if (!files.isEmpty()) {
          capacity = capacityOf(files.get(files.size() - 1));
        }
        current = open(file(capacity), capacity);
        if (files.size() > 1) {
          smallerCapacity = capacityOf(files.get(0));
          smaller = open(files.get(0), smallerCapacity);
          growing = true;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      size = current.longSize() + (smaller == null ? 0 : smaller.longSize());
      map = current;
      return current;
    }

    private Path file(int ofCapacity) {
      return directory.resolve(String.format("%05d-%010d.map", number, ofCapacity));
    }

    @Nullable Location get(byte[] key) {
      ChronicleMap<byte[], byte[]> current = map;
      if (current == null) {
        if (files.isEmpty()) {
          return null;
        }
        current = opened();
      }
      byte[] found = current.getUsing(key, value);
      if (found == null && smaller != null) {
        found = smaller.getUsing(key, value);
      }
      return found == null ? null : decode();
    }

    private Location decode() {
      return new Location(
          fields.getInt(0),
          fields.getInt(4),
          fields.getInt(8),
          fields.getInt(12),
          fields.getLong(16));
    }

    void put(byte[] key, Location at) {
      fields.putInt(0, at.segment()).putInt(4, at.offset()).putInt(8, at.length());
      fields.putInt(12, at.flags()).putLong(16, at.digest());
      ChronicleMap<byte[], byte[]> current = map;
      (current == null ? opened() : current).put(key, value);
      if (smaller != null) {
        smaller.remove(key);
      }
      grow();
    }

    private void grow() {
      ChronicleMap<byte[], byte[]> made = larger;
      if (smaller != null) {
        moveSome(smaller);
      } else if (made != null) {
        larger = null;
        smaller = map;
        map = made;
        smallerCapacity = capacity;
        capacity = larger(capacity);
      }
      size = sizeNow();
      if (!growing && isFull()) {
        growing = true;
        io.execute(this::makeLarger);
      }
    }

    private boolean isFull() {
      return size > capacity * FULL || opened().remainingAutoResizes() < EXTENSIONS;
    }

    private static int larger(int capacity) {
      return capacity + capacity / 2;
    }

    private void makeLarger() {
      int next = larger(capacity);
      try {
        larger = open(file(next), next);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void moveSome(ChronicleMap<byte[], byte[]> from) {
      int[] moved = {0};
      try (var segment = from.segmentContext(0)) {
        segment.forEachSegmentEntryWhile(
            entry -> {
              opened().put(entry.key().get(), entry.value().get());
              entry.doRemove();
              return ++moved[0] < MOVED_AT_ONCE;
            });
      }
      if (from.isEmpty()) {
        from.close();
        smaller = null;
        growing = false;
        try {
          Files.delete(file(smallerCapacity));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    void forEach(BiConsumer<Key, Location> visitor) {
      List<ChronicleMap<byte[], byte[]>> maps = new ArrayList<>(List.of(opened()));
      Optional.ofNullable(smaller).ifPresent(maps::add);
      for (ChronicleMap<byte[], byte[]> each : maps) {
        each.forEach(
            (key, location) -> {
              System.arraycopy(location, 0, value, 0, LOCATION_BYTES);
              visitor.accept(Key.decode(key.clone()), decode());
            });
      }
    }

    long usedBytes() {
      ChronicleMap<byte[], byte[]> current = map;
      return current == null ? 0 : current.offHeapMemoryUsed();
    }

    void close() {
      ChronicleMap<byte[], byte[]> current = map;
      if (current != null) {
        current.close();
      }
      if (smaller != null) {
        smaller.close();
      }
      ChronicleMap<byte[], byte[]> made = larger;
      if (made != null) {
        made.close();
      }
    }
  }
}
