package org.quorate.storage;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.quorate.version.Dot;

/**
 * A small mapped file beside the directory's maps that says what they hold.
 *
 * <pre>
 *  0        magic
 *  8        boot id of the machine, 36 characters
 *  48       log position of a stop in good order, 0 while running
 *  56       loops
 *  64+16i   loop i: log position applied, partition being touched + 1
 *  4088     layout of the keys
 *  4096+8s  live bytes of segment s modulo 65536
 *  528384+8a  actor a of those that packed dots name, 0 for none yet
 * </pre>
 *
 * <p>Mapped memory outlives the process but not the machine. So after a kill (same boot id) all
 * marks and maps are as they were, and only a map that was being touched at that moment may be half
 * changed or locked. After a power cut nothing is trusted, unless the stop before was in good
 * order.
 */
final class DirectoryMark {
  private static final long MAGIC = 0x3152494444524F51L;
  private static final int BOOT_ID_AT = 8;
  private static final int BOOT_ID_BYTES = 36;
  private static final int STOPPED_AT = 48;
  private static final int LOOPS_AT = 56;
  private static final int MARKS_AT = 64;
  private static final int LAYOUT_AT = 4088;
  private static final int LIVE_AT = 4096;
  private static final int LIVE_COUNT = 65536;
  private static final int ACTORS_AT = LIVE_AT + Long.BYTES * LIVE_COUNT;
  private static final int ACTORS = 4096;
  private static final int COUNTER_BITS = 48;
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final MappedByteBuffer bytes;
  private final int slots;
  private final int loops;
  private final Map<Long, Long> actors = new ConcurrentHashMap<>();

  DirectoryMark(Path file, int slots, int loops) throws IOException {
    this.slots = slots;
    this.loops = loops;
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, ACTORS_AT + Long.BYTES * ACTORS);
      bytes.order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static byte[] bootId() {
    byte[] id = new byte[BOOT_ID_BYTES];
    try {
      byte[] read = Files.readAllBytes(Path.of("/proc/sys/kernel/random/boot_id"));
      System.arraycopy(read, 0, id, 0, Math.min(read.length, BOOT_ID_BYTES));
    } catch (IOException e) {
      byte[] unknown = "unknown".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(unknown, 0, id, 0, unknown.length);
    }
    return id;
  }

  /**
   * What the maps can be trusted for; then marks them as being written, durably: after a power cut
   * an old mark of a stop in good order must not vouch for maps that were changed since.
   */
  long open() {
    byte[] now = bootId();
    byte[] then = new byte[BOOT_ID_BYTES];
    bytes.get(BOOT_ID_AT, then);
    boolean sameBoot = Arrays.equals(now, then) && now[0] != 'u';
    long stopped = bytes.getLong(STOPPED_AT);
    boolean known = bytes.getLong(0) == MAGIC && bytes.getLong(LOOPS_AT) == loops;
    long upTo = 0;
    if (known && stopped != 0) {
      upTo = stopped;
    } else if (known && sameBoot) {
      upTo = IntStream.range(0, loops).mapToLong(this::applied).min().orElse(0);
    }
    if (upTo == 0) {
      reset();
    }
    bytes.putLong(0, MAGIC).putLong(LOOPS_AT, loops).putLong(STOPPED_AT, 0);
    bytes.put(BOOT_ID_AT, now);
    bytes.force();
    return upTo;
  }

  private long applied(int loop) {
    return bytes.getLong(MARKS_AT + 16 * loop);
  }

  /** The partitions that were being touched when the process was killed. */
  Set<Integer> touched() {
    Set<Integer> touched = new HashSet<>();
    for (int loop = 0; loop < loops; loop++) {
      long touching = bytes.getLong(MARKS_AT + 16 * loop + 8);
      if (touching != 0) {
        touched.add((int) touching - 1);
      }
    }
    return touched;
  }

  void reset() {
    for (int at = MARKS_AT; at < bytes.capacity(); at += Long.BYTES) {
      bytes.putLong(at, 0);
    }
    actors.clear();
  }

  long layout() {
    return (long) LONG.getVolatile(bytes, LAYOUT_AT);
  }

  void laidOut(long layout) {
    LONG.setVolatile(bytes, LAYOUT_AT, layout);
  }

  void applied(int loop, long position) {
    LONG.setRelease(bytes, MARKS_AT + 16 * loop, position);
  }

  void touch(int partition) {
    LONG.setVolatile(bytes, touchedAt(partition), partition + 1L);
  }

  void release(int partition) {
    LONG.setRelease(bytes, touchedAt(partition), 0L);
  }

  private int touchedAt(int partition) {
    return MARKS_AT + 16 * (partition % slots % loops) + 8;
  }

  void addLive(int segment, int delta) {
    LONG.getAndAdd(bytes, LIVE_AT + 8 * (segment % LIVE_COUNT), (long) delta);
  }

  long live(int segment) {
    return (long) LONG.getVolatile(bytes, LIVE_AT + 8 * (segment % LIVE_COUNT));
  }

  /**
   * A dot in one number that is not 0: the actor's place in the table, and the counter. 0 if the
   * table is full or the counter too large.
   */
  long pack(Dot dot) {
    long place = actors.computeIfAbsent(dot.actor(), this::place);
    boolean fits = place < ACTORS && dot.counter() < 1L << COUNTER_BITS;
    return fits ? place << COUNTER_BITS | dot.counter() : 0;
  }

  private synchronized long place(long actor) {
    int place = 0;
    while (place < ACTORS && actorAt(place) != 0 && actorAt(place) != actor) {
      place++;
    }
    if (place < ACTORS) {
      bytes.putLong(ACTORS_AT + Long.BYTES * place, actor);
    }
    return place;
  }

  private long actorAt(long place) {
    return bytes.getLong(ACTORS_AT + Long.BYTES * (int) place);
  }

  /** The dot that {@link #pack} made this number of. */
  Dot dot(long packed) {
    return new Dot(actorAt(packed >>> COUNTER_BITS), packed & (1L << COUNTER_BITS) - 1);
  }

  void stopped(long position) {
    bytes.force();
    bytes.putLong(STOPPED_AT, position);
    bytes.force();
  }
}
