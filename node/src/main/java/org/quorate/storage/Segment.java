package org.quorate.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.roaringbitmap.RoaringBitmap;

/**
 * One file of the log. Records follow a header of 16 bytes: {@code QUORLOG1} and the number; zeros
 * follow the records.
 *
 * <p>A segment is made of a spare file that was filled with zeros before. To sync what overwrites
 * blocks takes a third of the time of to sync what makes the file longer, because the file system
 * has no metadata to commit then.
 *
 * <p>Written by the log's writer only; read by any thread.
 */
final class Segment {
  static final int HEADER_BYTES = 16;

  private static final long MAGIC = 0x31474F4C524F5551L;
  private static final String PREFIX = "log-";
  private static final String SPARE = "spare";
  private static final String FILLING = "spare.new";
  private static final int FILL_BYTES = 1 << 20;
  private static final int SLICE_BYTES = 256 << 10;

  final int number;
  final DiskFile file;

  /** Where the next record goes. */
  volatile int size;

  /** What of it is known to be synced. */
  volatile int durable;

  /** Bytes of reaped tombstones in it. */
  final AtomicLong reapedBytes = new AtomicLong();

  private final RoaringBitmap dead = new RoaringBitmap();

  private Segment(int number, DiskFile file, int size) {
    this.number = number;
    this.file = file;
    this.size = size;
    this.durable = size;
  }

  static String name(int number) {
    return PREFIX + String.format("%010d", number);
  }

  /** The number in a file name, or empty if the file is not a segment. */
  static Optional<Integer> number(String fileName) {
    return fileName.startsWith(PREFIX)
        ? Optional.of(Integer.parseInt(fileName.substring(PREFIX.length())))
        : Optional.empty();
  }

  /**
   * Makes the spare file for a later segment of this size, if there is none. Takes long; syncs each
   * piece, because to sync them at once would hold up the log's own syncs.
   */
  static void prepareSpare(Disk disk, int bytes) throws IOException {
    if (disk.list().contains(SPARE)) {
      return;
    }
    try (DiskFile file = disk.open(FILLING)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_BYTES);
      for (int at = 0; at < bytes; at += FILL_BYTES) {
        file.write(zeros.clear().limit(Math.min(FILL_BYTES, bytes - at)), at);
        file.sync();
      }
    }
    disk.rename(FILLING, SPARE);
  }

  /** A new, durable segment without records, made of the spare file if there is one. */
  static Segment create(Disk disk, int number) throws IOException {
    if (disk.list().contains(SPARE)) {
      disk.rename(SPARE, name(number));
    }
    Segment segment = new Segment(number, disk.open(name(number)), 0);
    segment.writeHeader();
    return segment;
  }

  /** Writes the header durably. */
  void writeHeader() throws IOException {
    ByteBuffer header = RecordFormat.buffer(HEADER_BYTES);
    header.putLong(MAGIC).putLong(number).flip();
    file.write(header, 0);
    file.sync();
    size = Math.max(size, HEADER_BYTES);
    durable = size;
  }

  /** A segment that is there already; its size is the file's. */
  static Segment open(Disk disk, int number) throws IOException {
    DiskFile file = disk.open(name(number));
    return new Segment(number, file, (int) file.size());
  }

  /** Notes that the record at this offset was superseded; called from any loop. */
  void died(int offset) {
    synchronized (dead) {
      dead.add(offset / RecordFormat.LEAST_BYTES);
    }
  }

  /** Whether the record at this offset is known to be superseded. A new process knows of none. */
  boolean isKnownDead(int offset) {
    synchronized (dead) {
      return dead.contains(offset / RecordFormat.LEAST_BYTES);
    }
  }

  boolean hasHeader() throws IOException {
    ByteBuffer header = read(0, Math.min(size, HEADER_BYTES));
    return header.limit() == HEADER_BYTES
        && header.getLong(0) == MAGIC
        && header.getLong(8) == number;
  }

  /**
   * Some records.
   *
   * @param bytes in which they are
   * @param records where their heads are in the bytes; none if no record starts at the first byte
   * @param next offset in the segment of the next record, or the end
   */
  record Slice(ByteBuffer bytes, List<Integer> records, int next) {
    /** Whether the bytes up to the next record make no sense. */
    boolean isBroken() {
      return records.isEmpty();
    }
  }

  /** Some of the records from there to the end, at least one. */
  Slice slice(int from, int end) throws IOException {
    ByteBuffer bytes = read(from, Math.min(SLICE_BYTES, end - from));
    if (RecordFormat.isHead(bytes, 0) && !RecordFormat.isWhole(bytes, 0)) {
      bytes = read(from, Math.min(RecordFormat.length(bytes, 0), end - from));
    }
    List<Integer> records = new ArrayList<>();
    int at = 0;
    while (RecordFormat.isHead(bytes, at) && RecordFormat.isWhole(bytes, at)) {
      records.add(at);
      at += RecordFormat.length(bytes, at);
    }
    int length = records.isEmpty() ? RecordFormat.nextHead(read(from, end - from), 1) : at;
    return new Slice(bytes, records, from + length);
  }

  /** Bytes from the file; fewer at its end. */
  ByteBuffer read(int offset, int length) throws IOException {
    ByteBuffer bytes = RecordFormat.buffer(length);
    file.read(bytes, offset);
    return bytes.flip();
  }
}
