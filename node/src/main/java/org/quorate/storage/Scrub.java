package org.quorate.storage;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
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

  private final Log log;
  private final Stores stores;
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
   * @param loop where the scrub's own state lives
   * @param io reads segments
   * @param stopping whether the node stops, so that nothing more is to be begun
   */
  public Scrub(
      Log log,
      Stores stores,
      Loop loop,
      Executor io,
      Clock clock,
      StorageMetrics metrics,
      BooleanSupplier stopping) {
    this.log = log;
    this.stores = stores;
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
            Segment.Slice slice = segment.slice(from, end);
            List<Damaged> damaged = damaged(slice, from);
            loop.execute(() -> checked(segment, from, slice, damaged));
          } catch (IOException | DecodeException e) {
            loop.execute(this::nextSegment);
          }
        });
  }

  private static List<Damaged> damaged(Segment.Slice slice, int from) {
    return slice.records().stream()
        .filter(at -> !RecordFormat.isBody(slice.bytes(), at))
        .map(at -> new Damaged(Key.decode(RecordFormat.key(slice.bytes(), at)), from + at))
        .toList();
  }

  private void checked(Segment segment, int from, Segment.Slice slice, List<Damaged> damaged) {
    for (Damaged record : damaged) {
      LOG.error("segment {} is damaged at {}", segment.number, record.offset());
      Store store = stores.of(record.key());
      store.loop().execute(() -> store.suspect(record.key(), segment.number, record.offset()));
    }
    if (slice.isBroken()) {
      LOG.error("segment {} is damaged from {} to {}", segment.number, from, slice.next());
      Listen.to(
          stores.suspectAll(loop, segment.number, from, slice.next()), loop, n -> {}, e -> {});
    }
    int bytes = slice.next() - from;
    readBytes += bytes;
    metrics.scrubbed(bytes, (double) readBytes / roundBytes);
    loop.after(1 + bytes / BYTES_PER_MILLI, () -> read(segment, slice.next()));
  }
}
