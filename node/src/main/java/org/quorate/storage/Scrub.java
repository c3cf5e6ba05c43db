package org.quorate.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.quorate.version.DecodeException;
import org.quorate.version.Key;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole log again and again, slowly, and checks each record, so that damage is found
 * while other owners still have what is lost here (Schwarz et al., "Disk scrubbing in large
 * archival storage systems", 2004).
 */
public final class Scrub {
  private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);
  private static final int BYTES_PER_MILLI = (16 << 20) / 1000;
  private static final long LEAST_ROUND_NANOS = 60_000_000_000L;

  /** A record whose body is damaged. */
  private record Damaged(Key key, int offset) {}

  /** What was found in a slice: damaged records, and stretches in which none can be made out. */
  private static final class Slice {
    final List<Damaged> damaged = new ArrayList<>();
    int brokenFrom;
    int brokenTo;
    int next;
  }

  private final Log log;
  private final Function<Key, Store> storeOf;
  private final List<Store> stores;
  private final int partitions;
  private final Loop loop;
  private final Executor io;
  private final Clock clock;
  private final StorageMetrics metrics;
  private final BooleanSupplier stopping;
  private Iterator<Segment> rest = List.<Segment>of().iterator();
  private long roundNanos;
  private long roundBytes;
  private long readBytes;

  /**
   * @param stores of all loops: a partition's number tells which has it
   * @param loop where the scrub's own state lives
   * @param io reads segments
   * @param stopping whether the node stops, so that nothing more is to be begun
   */
  public Scrub(
      Log log,
      Function<Key, Store> storeOf,
      List<Store> stores,
      int partitions,
      Loop loop,
      Executor io,
      Clock clock,
      StorageMetrics metrics,
      BooleanSupplier stopping) {
    this.log = log;
    this.storeOf = storeOf;
    this.stores = List.copyOf(stores);
    this.partitions = partitions;
    this.loop = loop;
    this.io = io;
    this.clock = clock;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  /** Begins the first round; the others follow by themselves. Called on the loop. */
  public void begin() {
    roundNanos = clock.nanos();
    roundBytes = Math.max(1, log.sizeBytes());
    readBytes = 0;
    rest = log.segments().iterator();
    nextSegment();
  }

  private void nextSegment() {
    if (stopping.getAsBoolean()) {
      return;
    }
    if (rest.hasNext()) {
      read(rest.next(), Segment.HEADER_BYTES);
    } else {
      metrics.scrubbed();
      long left = roundNanos + LEAST_ROUND_NANOS - clock.nanos();
      loop.after(Math.max(1, left / 1_000_000), this::begin);
    }
  }

  private void read(Segment segment, int from) {
    int end = segment == log.openSegment() ? segment.durable : segment.size;
    if (stopping.getAsBoolean() || from >= end) {
      nextSegment();
      return;
    }
    io.execute(
        () -> {
          try {
            Slice slice = check(segment, from, end);
            loop.execute(() -> checked(segment, from, slice));
          } catch (IOException | DecodeException e) {
            loop.execute(this::nextSegment);
          }
        });
  }

  private void checked(Segment segment, int from, Slice slice) {
    for (Damaged record : slice.damaged) {
      LOG.error("segment {} is damaged at {}", segment.number, record.offset());
      Store store = storeOf.apply(record.key());
      store.loop().execute(() -> store.suspect(record.key(), segment.number, record.offset()));
    }
    if (slice.brokenTo > slice.brokenFrom) {
      LOG.error(
          "segment {} is damaged from {} to {}", segment.number, slice.brokenFrom, slice.brokenTo);
      for (int p = 0; p < partitions; p++) {
        int partition = p;
        Store store = stores.get(p % stores.size());
        store
            .loop()
            .execute(
                () ->
                    store.suspectAll(partition, segment.number, slice.brokenFrom, slice.brokenTo));
      }
    }
    int bytes = slice.next - from;
    readBytes += bytes;
    metrics.scrubbed(bytes, (double) readBytes / roundBytes);
    loop.after(1 + bytes / BYTES_PER_MILLI, () -> read(segment, slice.next));
  }

  private static Slice check(Segment segment, int from, int end) throws IOException {
    ByteBuffer bytes = segment.slice(from, end);
    Slice slice = new Slice();
    int at = 0;
    while (RecordFormat.isHead(bytes, at) && RecordFormat.isWhole(bytes, at)) {
      if (!RecordFormat.isBody(bytes, at)) {
        slice.damaged.add(new Damaged(Key.decode(RecordFormat.key(bytes, at)), from + at));
      }
      at += RecordFormat.length(bytes, at);
    }
    if (at == 0) {
      slice.brokenFrom = from;
      slice.brokenTo = from + RecordFormat.nextHead(segment.read(from, end - from), 1);
      at = slice.brokenTo - from;
    }
    slice.next = from + at;
    return slice;
  }
}
