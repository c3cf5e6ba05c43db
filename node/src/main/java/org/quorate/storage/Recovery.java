package org.quorate.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.quorate.version.DecodeException;
import org.quorate.version.Key;
import org.quorate.version.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the directory up to the log at start, and the log to a sound end.
 *
 * <p>What is broken at the end of the last segment and was never known to be synced was torn by the
 * crash, and cut. What is broken elsewhere is damage:
 *
 * <pre>
 *  head  body   where                          what is done
 *  ----  ----   -----                          ------------
 *  good  good   anywhere                       the key points here
 *  good  bad    below the synced mark          the key points here, marked damaged
 *  bad   –      below the synced mark          skipped to the next good head; keys without a newer
 *                                              record count as damaged
 *  any   bad    above it, last segment         cut off here
 *  any   bad    above it, earlier segment      as below the mark: a later segment was written
 * </pre>
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(64 << 10);

  private final Disk disk;
  private final KeyDirectory directory;
  private final Placing placing;
  private final ConcurrentSkipListMap<Integer, Segment> segments = new ConcurrentSkipListMap<>();
  private long damagedBefore;
  private int damagedRecords;
  private long records;

  public Recovery(Disk disk, KeyDirectory directory, Placing placing) {
    this.disk = disk;
    this.directory = directory;
    this.placing = placing;
  }

  /**
   * What was found.
   *
   * @param damagedBefore records of unknown keys were lost before this log position, 0 if none
   * @param damagedRecords damaged records whose key is known
   */
  public record Result(
      ConcurrentSkipListMap<Integer, Segment> segments,
      long damagedBefore,
      int damagedRecords,
      long records) {
    public boolean isSound() {
      return damagedBefore == 0 && damagedRecords == 0;
    }
  }

  /** Blocks, once, before anything else uses the log or the directory. */
  public Result run() throws IOException {
    List<Integer> numbers = new ArrayList<>();
    disk.list().forEach(name -> Segment.number(name).ifPresent(numbers::add));
    numbers.sort(null);
    long kept = directory.recovered(placing.layout());
    if (!numbers.contains(Location.segmentOf(kept))) {
      directory.clear();
      kept = 0;
    }
    for (int number : numbers) {
      Segment segment = Segment.open(disk, number);
      segments.put(number, segment);
      if (number >= Location.segmentOf(kept)) {
        scan(segment, kept, number == numbers.get(numbers.size() - 1));
      }
    }
    startSegment();
    return new Result(segments, damagedBefore, damagedRecords, records);
  }

  /** What is written from now on goes to a new segment, unless the last one is still empty. */
  private void startSegment() throws IOException {
    int last = segments.isEmpty() ? 0 : segments.lastKey();
    if (last == 0 || segments.lastEntry().getValue().size > Segment.HEADER_BYTES) {
      segments.put(last + 1, Segment.create(disk, last + 1));
    }
  }

  /** What is read of a segment: all from some offset on. */
  private static final class Slice {
    final Segment segment;
    final int from;
    final ByteBuffer bytes;

    Slice(Segment segment, int from) throws IOException {
      this.segment = segment;
      this.from = from;
      this.bytes = segment.read(from, Math.max(0, segment.size - from));
    }

    /** The offset in the segment. */
    int offset(int at) {
      return from + at;
    }
  }

  /**
   * @param at in the slice
   */
  private record Found(int at, RecordFormat.Check check) {}

  private void scan(Segment segment, long kept, boolean isLast) throws IOException {
    if (!segment.hasHeader()) {
      LOG.warn("segment {} has no sound header, it is written again", segment.number);
      segment.writeHeader();
    }
    boolean resumes = segment.number == Location.segmentOf(kept);
    int from = resumes ? Location.offsetOf(kept) : Segment.HEADER_BYTES;
    Slice slice = new Slice(segment, Math.max(from, Segment.HEADER_BYTES));
    ByteBuffer bytes = slice.bytes;
    List<Found> afterBreak = new ArrayList<>();
    int synced = 0;
    for (int at = 0; at < bytes.limit(); ) {
      Found found = new Found(at, RecordFormat.check(bytes, at));
      if (found.check() == RecordFormat.Check.BAD_HEAD) {
        if (isZero(bytes, at)) {
          segment.size = slice.offset(at);
          break;
        }
        at = RecordFormat.nextHead(bytes, at + 1);
      } else {
        synced = Math.max(synced, RecordFormat.durable(bytes, at));
        at += RecordFormat.length(bytes, at);
      }
      if (found.check() == RecordFormat.Check.GOOD && afterBreak.isEmpty()) {
        apply(slice, found);
      } else {
        afterBreak.add(found);
      }
    }
    settle(slice, afterBreak, isLast ? synced : Integer.MAX_VALUE);
    if (isLast) {
      segment.file.truncate(segment.size);
      makeDurable(slice, synced);
    }
  }

  /**
   * Writes again what the last run may have failed to sync, and syncs. A failed sync can leave
   * bytes that are read from memory but are not on the disk, and that no later sync brings there
   * (Rebello et al., "Can applications recover from fsync failures?", USENIX ATC 2020).
   */
  private static void makeDurable(Slice slice, int synced) throws IOException {
    Segment segment = slice.segment;
    int from = Math.max(synced, slice.from);
    if (from < segment.size) {
      int length = segment.size - from;
      segment.file.write(slice.bytes.slice(from - slice.from, length), from);
    }
    segment.file.sync();
    segment.durable = segment.size;
  }

  /** Whether nothing was ever written from here on. */
  private static boolean isZero(ByteBuffer bytes, int from) {
    for (int at = from; at < bytes.limit(); at += ZEROS.capacity()) {
      int length = Math.min(ZEROS.capacity(), bytes.limit() - at);
      if (!bytes.slice(at, length).equals(ZEROS.slice(0, length))) {
        return false;
      }
    }
    return true;
  }

  /** Decides what the broken records are, and applies the sound ones among and after them. */
  private void settle(Slice slice, List<Found> afterBreak, int synced) {
    Segment segment = slice.segment;
    for (Found found : afterBreak) {
      boolean broken = found.check() != RecordFormat.Check.GOOD;
      int offset = slice.offset(found.at());
      if (broken && offset >= synced) {
        LOG.info(
            "segment {}: cut from {} to {} bytes, torn by the last stop",
            segment.number,
            segment.size,
            offset);
        segment.size = offset;
        return;
      }
      if (found.check() == RecordFormat.Check.BAD_HEAD) {
        lose(segment, offset, "a record of an unknown key is broken");
      } else {
        apply(slice, found);
      }
    }
  }

  private void lose(Segment segment, int offset, String what) {
    LOG.error("segment {} is damaged at {}: {}", segment.number, offset, what);
    damagedBefore = Math.max(damagedBefore, Location.position(segment.number, offset) + 1);
  }

  private void apply(Slice slice, Found found) {
    ByteBuffer bytes = slice.bytes;
    Segment segment = slice.segment;
    int at = found.at();
    int offset = slice.offset(at);
    Key key = Key.decode(RecordFormat.key(bytes, at));
    records++;
    if (isOfBefore(key, RecordFormat.layer(bytes, at))) {
      return;
    }
    int partition = placing.partition(key);
    int length = RecordFormat.length(bytes, at);
    if (found.check() == RecordFormat.Check.BAD_BODY) {
      LOG.error("segment {} is damaged at {}: a record's checksum", segment.number, offset);
      damagedRecords++;
      Location lost = new Location(segment.number, offset, length, 0, 0, null);
      put(partition, key, lost.unreadable());
      return;
    }
    try {
      State state = State.decode(RecordFormat.body(bytes, at));
      Outline outline = Outline.of(state, RecordFormat.kind(bytes, at));
      put(partition, key, outline.at(segment.number, offset, length));
    } catch (DecodeException e) {
      lose(segment, offset, "siblings of an unknown form");
    }
  }

  /** Whether the record was dead before the key's bucket got to the layer where it is now. */
  private boolean isOfBefore(Key key, int layer) {
    int now = placing.layer(key);
    if (layer != 0 && layer != now) {
      throw new IllegalStateException(
          "the state of the cluster that this node remembers is older than its log (layer "
              + layer
              + " is "
              + now
              + "): remove the file cluster beside the log, so that it asks the others");
    }
    return layer != now;
  }

  private void put(int partition, Key key, Location at) {
    directory.put(partition, key, directory.get(partition, key), at);
  }
}
