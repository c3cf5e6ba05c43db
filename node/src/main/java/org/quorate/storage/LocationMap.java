package org.quorate.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.BiConsumer;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;

/**
 * Keys and their locations in one persisted Chronicle Map of a fixed capacity.
 *
 * <pre>
 *  value, little endian:  segment i32 | offset i32 | length i32 | flags i32 | digest or dot i64
 * </pre>
 *
 * <p>Where one dot tells all of a state, it is kept, packed, in place of the digest, which follows
 * from it.
 */
final class LocationMap {
  /** What a map is called until it is whole. */
  static final String UNFINISHED = ".new";

  /** A map has room for about a sixth more than its capacity, if keys are short. */
  private static final double FULL = 1.1;

  /** Extensions that a map may make of itself; one with longer keys needs them. */
  private static final int EXTENSIONS = 16;

  private static final int KEY_BYTES = 24;
  private static final int LOCATION_BYTES = 24;
  private static final int ONLY = 1 << 31;
  private static final String HELD_LOCK = "lock of segment ";

  private final ChronicleMap<byte[], byte[]> map;
  private final int capacity;
  private final DirectoryMark mark;
  private final byte[] value = new byte[LOCATION_BYTES];
  private final ByteBuffer fields = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);

  private LocationMap(ChronicleMap<byte[], byte[]> map, int capacity, DirectoryMark mark) {
    this.map = map;
    this.capacity = capacity;
    this.mark = mark;
  }

  /** Loads Chronicle Map's classes, which takes half a second; need not be waited for. */
  static void load() {
    builder(16).create().close();
  }

  /** Chronicle would close its maps as soon as a signal comes, while requests still need them. */
  private static ChronicleMapBuilder<byte[], byte[]> builder(int capacity) {
    return ChronicleMapBuilder.of(byte[].class, byte[].class)
        .skipCloseOnExitHook(true)
        .entries(capacity)
        .averageKeySize(KEY_BYTES)
        .constantValueSizeBySample(new byte[LOCATION_BYTES])
        .actualSegments(1)
        .maxBloatFactor(EXTENSIONS)
        .checksumEntries(false)
        .putReturnsNull(true)
        .removeReturnsNull(true);
  }

  /**
   * The map in this file, which is made if it is not there. It gets its name when it is whole, so
   * that a kill leaves none half made.
   *
   * @param mark keeps the actors of packed dots
   */
  static LocationMap open(Path file, int capacity, DirectoryMark mark) throws IOException {
    ChronicleMapBuilder<byte[], byte[]> builder = builder(capacity).name(file.toString());
    if (!Files.exists(file)) {
      Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
      builder.createPersistedTo(unfinished.toFile()).close();
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return new LocationMap(builder.createPersistedTo(file.toFile()), capacity, mark);
  }

  /**
   * Mends a map that was in use when its process was killed, and says whether it can be trusted.
   * Its lock may be held, which is expected, and the entry of the one operation half changed, but
   * that one's record is read again from the log. Anything else that is wrong is not trusted.
   */
  static boolean mend(Path file, int capacity) {
    boolean[] wrong = {false};
    try {
      builder(capacity)
          .recoverPersistedTo(
              file.toFile(), true, found -> wrong[0] |= !found.message().startsWith(HELD_LOCK))
          .close();
    } catch (IOException | RuntimeException e) {
      return false;
    }
    return !wrong[0];
  }

  int capacity() {
    return capacity;
  }

  boolean isFull() {
    return size() > capacity * FULL || map.remainingAutoResizes() < EXTENSIONS;
  }

  long size() {
    return map.longSize();
  }

  long usedBytes() {
    return map.offHeapMemoryUsed();
  }

  @Nullable Location get(byte[] key) {
    return map.getUsing(key, value) == null ? null : decoded();
  }

  private Location decoded() {
    int flags = fields.getInt(12);
    long last = fields.getLong(16);
    Dot only = (flags & ONLY) == 0 ? null : mark.dot(last);
    return new Location(
        fields.getInt(0),
        fields.getInt(4),
        fields.getInt(8),
        flags & ~ONLY,
        only == null ? last : Siblings.digestOfOnly(only),
        only);
  }

  void put(byte[] key, Location at) {
    Dot only = at.only();
    long packed = only == null ? 0 : mark.pack(only);
    fields.putInt(0, at.segment()).putInt(4, at.offset()).putInt(8, at.length());
    fields.putInt(12, packed == 0 ? at.flags() : at.flags() | ONLY);
    fields.putLong(16, packed == 0 ? at.digest() : packed);
    map.put(key, value);
  }

  void remove(byte[] key) {
    map.remove(key);
  }

  /** Moves some entries, where the other map has none of the key; then this map may be empty. */
  void moveSome(LocationMap to, int most) {
    int[] moved = {0};
    try (var segment = map.segmentContext(0)) {
      segment.forEachSegmentEntryWhile(
          entry -> {
            to.map.putIfAbsent(entry.key().get(), entry.value().get());
            entry.doRemove();
            return ++moved[0] < most;
          });
    }
  }

  void forEach(BiConsumer<Key, Location> visitor) {
    map.forEach(
        (key, location) -> {
          System.arraycopy(location, 0, value, 0, LOCATION_BYTES);
          visitor.accept(Key.decode(key.clone()), decoded());
        });
  }

  void close() {
    map.close();
  }
}
