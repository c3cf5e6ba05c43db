package org.quorate.storage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.quorate.storage.StorageException.Reason;
import org.quorate.version.Key;
import org.quorate.version.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's append-only log: group commit for writers; a {@link LogReader} for readers.
 *
 * <p>Appends gather while the batch before them is written and synced; then all of them go with one
 * write and one sync. So the batch grows with the load and the sync's cost is shared by all. A
 * failed sync is fatal: the kernel may have dropped the pages, and a retry would succeed without
 * them. A failed write is taken back by truncating the segment, and its appends fail.
 *
 * <p>Callable from any loop; futures complete on the loop that asked.
 */
public final class Log {
  /** When a write counts as done. */
  public enum Sync {
    /** After it was synced. */
    ALWAYS,
    /** After it was written; synced each interval. */
    INTERVAL,
    /** After it was written; the operating system syncs when it likes. */
    NEVER
  }

  private static final Logger LOG = LoggerFactory.getLogger(Log.class);
  private static final int WRITE_BUFFER_BYTES = 1 << 20;
  private static final long MAX_PENDING_BYTES = 32 << 20;

  /** Appends that are written at once; for fewer the end of a turn is waited for. */
  private static final int WORTH_A_SYNC = 16;

  private record Append(
      Loop loop, int kind, Key key, byte[] body, Outline outline, Promise<Location> done) {
    int length() {
      return RecordFormat.length(key.encoded(), body);
    }
  }

  private final Disk disk;
  private final LogOptions options;
  private final Executor writer;
  private final LogReader reader;
  private final Executor background;
  private final Clock clock;
  private final StorageMetrics metrics;
  private final Consumer<Throwable> fatal;
  private final ConcurrentSkipListMap<Integer, Segment> segments;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(WRITE_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private final Object lock = new Object();
  private List<Append> pending = new ArrayList<>();
  private long pendingBytes;
  private boolean writing;
  private boolean closed;
  private final AtomicLong appendedBytes = new AtomicLong();

  /**
   * @param segments what recovery found; the last one is written on
   * @param readers runs up to {@link LogOptions#readers} tasks of this log at once
   * @param background prepares files
   * @param fatal told of a failure after which the node must stop
   */
  public Log(
      Disk disk,
      LogOptions options,
      ConcurrentSkipListMap<Integer, Segment> segments,
      Executor writer,
      Executor readers,
      Executor background,
      Clock clock,
      StorageMetrics metrics,
      Consumer<Throwable> fatal) {
    this.disk = disk;
    this.options = options;
    this.segments = segments;
    this.writer = writer;
    this.reader = new LogReader(segments, readers, options.readers());
    this.background = background;
    this.clock = clock;
    this.metrics = metrics;
    this.fatal = fatal;
    background.execute(this::prepareSpare);
  }

  private void prepareSpare() {
    try {
      Segment.prepareSpare(disk, options.segmentBytes());
    } catch (IOException e) {
      LOG.warn("no spare segment: {}", e.toString());
    }
  }

  /**
   * Appends a record; completes with its place when it is durable as the options say.
   *
   * @param body a key's encoded siblings
   */
  Future<Location> append(Loop loop, int kind, Key key, byte[] body, Outline outline) {
    Append append = new Append(loop, kind, key, body, outline, Promise.promise());
    synchronized (lock) {
      if (closed || isFull()) {
        return Future.failedFuture(
            new StorageException(Reason.OVERLOADED, "the log takes no more writes now"));
      }
      pending.add(append);
      pendingBytes += append.length();
      startSoon();
    }
    return append.done().future();
  }

  /** Has the batch written at the end of a turn of its first loop, unless one is being written. */
  private void startSoon() {
    if (!writing && !pending.isEmpty()) {
      writing = true;
      pending.get(0).loop().execute(() -> writer.execute(this::writeNext));
    }
  }

  /** Whether an append would be refused now. */
  boolean isFull() {
    synchronized (lock) {
      return pendingBytes > MAX_PENDING_BYTES;
    }
  }

  /** Writes what has gathered; nothing where {@link #close} came first and refused it. */
  private void writeNext() {
    List<Append> batch;
    synchronized (lock) {
      batch = pending;
      pending = new ArrayList<>(batch.size());
      if (batch.isEmpty()) {
        writing = false;
        return;
      }
    }
    try {
      writeBatch(batch);
    } catch (Throwable e) {
      fatal.accept(e);
      return;
    }
    long bytes = batch.stream().mapToLong(Append::length).sum();
    appendedBytes.addAndGet(bytes);
    synchronized (lock) {
      pendingBytes -= bytes;
      if (pending.size() >= WORTH_A_SYNC) {
        writer.execute(this::writeNext);
      } else {
        writing = false;
        startSoon();
      }
    }
  }

  private void writeBatch(List<Append> batch) throws IOException {
    Deliveries deliveries = new Deliveries();
    Segment segment;
    int start;
    try {
      segment = segmentWithRoom();
      start = segment.size;
    } catch (IOException e) {
      failBatch(batch, e, deliveries);
      return;
    }
    List<Location> places;
    try {
      places = write(batch, segment);
    } catch (IOException e) {
      buffer.clear();
      segment.size = start;
      segment.file.truncate(start);
      failBatch(batch, e, deliveries);
      return;
    }
    if (options.sync() == Sync.ALWAYS) {
      sync(segment);
    }
    metrics.batch(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      Append append = batch.get(i);
      Location place = places.get(i);
      deliveries.add(append.loop(), () -> append.done().complete(place));
    }
    deliveries.send();
  }

  private static void failBatch(List<Append> batch, IOException e, Deliveries deliveries) {
    if (!batch.isEmpty()) {
      LOG.error("log write failed, {} writes refused: {}", batch.size(), e.toString());
    }
    StorageException failure = new StorageException(Reason.FAILED, "log write failed: " + e);
    batch.forEach(append -> deliveries.add(append.loop(), () -> append.done().fail(failure)));
    deliveries.send();
  }

  private List<Location> write(List<Append> batch, Segment segment) throws IOException {
    List<Location> places = new ArrayList<>(batch.size());
    int offset = segment.size;
    buffer.clear();
    for (Append append : batch) {
      int length = append.length();
      if (length > buffer.remaining()) {
        flush(segment, buffer);
        buffer.clear();
      }
      ByteBuffer target = length > buffer.capacity() ? RecordFormat.buffer(length) : buffer;
      byte[] key = append.key().encoded();
      RecordFormat.write(target, append.kind(), key, append.body(), segment.durable);
      if (length > buffer.capacity()) {
        flush(segment, target);
      }
      places.add(append.outline().at(segment.number, offset, length));
      offset += length;
    }
    flush(segment, buffer);
    return places;
  }

  private static void flush(Segment segment, ByteBuffer bytes) throws IOException {
    bytes.flip();
    int size = segment.size;
    int end = size + bytes.remaining();
    segment.file.write(bytes, size);
    segment.size = end;
  }

  private Segment segmentWithRoom() throws IOException {
    Segment last = segments.lastEntry().getValue();
    return last.size < options.segmentBytes() ? last : startSegment(last);
  }

  private Segment startSegment(Segment last) throws IOException {
    if (last.durable < last.size) {
      sync(last);
    }
    last.file.truncate(last.size);
    Segment next = Segment.create(disk, last.number + 1);
    segments.put(next.number, next);
    background.execute(this::prepareSpare);
    return next;
  }

  private void sync(Segment segment) {
    long started = clock.nanos();
    int size = segment.size;
    try {
      segment.file.sync();
    } catch (IOException e) {
      throw new IllegalStateException("fsync failed, the node cannot go on: " + e, e);
    }
    segment.durable = size;
    metrics.synced(clock.nanos() - started);
  }

  /** Syncs what was written, unless nothing was. Completes on the loop. */
  public Future<Void> sync(Loop loop) {
    Promise<Void> done = Promise.promise();
    writer.execute(
        () -> {
          Segment last = segments.lastEntry().getValue();
          if (last.durable < last.size) {
            try {
              sync(last);
            } catch (IllegalStateException e) {
              fatal.accept(e);
              return;
            }
          }
          loop.execute(done::complete);
        });
    return done.future();
  }

  /** The state in the record at this place; empty if compaction has moved it since. */
  Future<Optional<State>> read(Loop loop, Location at, Key key) {
    return reader.read(loop, at, key);
  }

  /** Notes that nothing points to the record at this place any more. */
  void died(Location at) {
    Segment segment = segments.get(at.segment());
    if (segment != null) {
      segment.died(at.offset());
    }
  }

  /** Notes that a reaped record is at this place, or was (-1). */
  void countReaped(Location at, int sign) {
    Segment segment = segments.get(at.segment());
    if (segment != null) {
      segment.reapedBytes.addAndGet((long) sign * at.length());
    }
  }

  /** All bytes that were ever appended by this process. */
  long appendedBytes() {
    return appendedBytes.get();
  }

  /** Has the next record written to a new segment. Blocks; to be called by the writer. */
  private void roll() {
    try {
      Segment last = segments.lastEntry().getValue();
      if (last.size > Segment.HEADER_BYTES) {
        startSegment(last);
      }
    } catch (IOException e) {
      LOG.warn("no new segment: {}", e.toString());
    }
  }

  /** Closes the segment that is written, so that it can be compacted. */
  void rollSoon() {
    writer.execute(
        () -> {
          try {
            roll();
          } catch (IllegalStateException e) {
            fatal.accept(e);
          }
        });
  }

  /** The segment that is written. */
  Segment openSegment() {
    return segments.lastEntry().getValue();
  }

  /** All segments, oldest first. */
  List<Segment> segments() {
    return List.copyOf(segments.values());
  }

  /** All segments but the one being written. */
  List<Segment> closedSegments() {
    return List.copyOf(segments.headMap(segments.lastKey()).values());
  }

  /** Deletes a segment in which no live record is left. */
  void drop(Segment segment) throws IOException {
    disk.delete(Segment.name(segment.number));
    segments.remove(segment.number);
    segment.file.close();
  }

  public long sizeBytes() {
    return segments.values().stream().mapToLong(segment -> segment.size).sum();
  }

  public int segmentCount() {
    return segments.size();
  }

  /** The end of the log. */
  public long end() {
    Segment last = segments.lastEntry().getValue();
    return Location.position(last.number, last.size);
  }

  /**
   * Syncs and closes all files; to be called by the writer. What was not written yet is refused.
   */
  public void close() throws IOException {
    List<Append> refused;
    synchronized (lock) {
      closed = true;
      refused = pending;
      pending = new ArrayList<>();
    }
    failBatch(refused, new IOException("the node stops"), new Deliveries());
    sync(segments.lastEntry().getValue());
    for (Segment segment : segments.values()) {
      segment.file.close();
    }
  }
}
