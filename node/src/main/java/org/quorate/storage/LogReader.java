package org.quorate.storage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Loop;
import org.quorate.storage.StorageException.Reason;
import org.quorate.version.Key;
import org.quorate.version.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records on threads that may block. Reads that wait are served in batches, and their results
 * go back to each loop together: to wake a thread costs more than to read a record that is in
 * memory.
 */
final class LogReader {
  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
  private static final int MAX_PENDING_READS = 8192;
  private static final int READS_AT_ONCE = 32;

  private record Read(Loop loop, Location at, Key key, Promise<Optional<State>> done) {}

  private final NavigableMap<Integer, Segment> segments;
  private final Executor executor;
  private final int maxReaders;
  private final Object lock = new Object();
  private final ArrayDeque<Read> reads = new ArrayDeque<>();
  private int reading;
  private boolean starting;

  LogReader(NavigableMap<Integer, Segment> segments, Executor executor, int maxReaders) {
    this.segments = segments;
    this.executor = executor;
    this.maxReaders = maxReaders;
  }

  /** The state in the record at this place; empty if compaction has moved it since. */
  Future<Optional<State>> read(Loop loop, Location at, Key key) {
    Read read = new Read(loop, at, key, Promise.promise());
    synchronized (lock) {
      if (reads.size() >= MAX_PENDING_READS) {
        return Future.failedFuture(
            new StorageException(Reason.OVERLOADED, "too many reads wait for the disk"));
      }
      reads.add(read);
      if (!starting) {
        starting = true;
        loop.execute(this::start);
      }
    }
    return read.done().future();
  }

  /** Starts readers at the end of a turn of a loop: one for each batch that waits. */
  private void start() {
    synchronized (lock) {
      starting = false;
      int batches = (reads.size() + READS_AT_ONCE - 1) / READS_AT_ONCE;
      while (reading < Math.min(batches, maxReaders)) {
        reading++;
        executor.execute(this::serveReads);
      }
    }
  }

  private void serveReads() {
    List<Read> batch = new ArrayList<>();
    while (true) {
      batch.clear();
      synchronized (lock) {
        while (!reads.isEmpty() && batch.size() < READS_AT_ONCE) {
          batch.add(reads.poll());
        }
        if (batch.isEmpty()) {
          reading--;
          return;
        }
      }
      Deliveries deliveries = new Deliveries();
      for (Read read : batch) {
        serve(read, deliveries);
      }
      deliveries.send();
    }
  }

  private void serve(Read read, Deliveries deliveries) {
    Promise<Optional<State>> done = read.done();
    try {
      Optional<State> state = readNow(read.at(), read.key());
      deliveries.add(read.loop(), () -> done.complete(state));
    } catch (StorageException e) {
      deliveries.add(read.loop(), () -> done.fail(e));
    }
  }

  private Optional<State> readNow(Location at, Key key) {
    Segment segment = segments.get(at.segment());
    if (segment == null) {
      return Optional.empty();
    }
    String problem;
    try {
      ByteBuffer bytes = segment.read(at.offset(), at.length());
      @Nullable String found = problemOf(bytes, at, key);
      if (found == null) {
        return Optional.of(State.decode(RecordFormat.body(bytes, 0)));
      }
      problem = found;
    } catch (ClosedChannelException e) {
      if (segments.containsKey(at.segment())) {
        throw new StorageException(Reason.OVERLOADED, "the log is closed");
      }
      return Optional.empty();
    } catch (IOException e) {
      problem = e.toString();
    }
    if (!segments.containsKey(at.segment())) {
      return Optional.empty();
    }
    LOG.warn("segment {} is damaged at {}: {}", at.segment(), at.offset(), problem);
    throw new StorageException(Reason.DAMAGED, "the record is damaged");
  }

  private static @Nullable String problemOf(ByteBuffer bytes, Location at, Key key) {
    if (RecordFormat.check(bytes, 0) != RecordFormat.Check.GOOD) {
      return "checksum does not match";
    }
    boolean same =
        RecordFormat.length(bytes, 0) == at.length()
            && Key.decode(RecordFormat.key(bytes, 0)).equals(key);
    return same ? null : "another record is there";
  }
}
