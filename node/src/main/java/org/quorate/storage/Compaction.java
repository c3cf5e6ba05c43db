package org.quorate.storage;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.StorageException.Reason;
import org.quorate.version.DecodeException;
import org.quorate.version.Key;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rewrites the live records of the emptiest segment to the log's end and deletes the segment,
 * whenever more than half of the log is dead. To wait for that and then take the emptiest rewrites
 * far less than to take each segment that is half empty (Rosenblum and Ousterhout, "The design and
 * implementation of a log-structured file system", 1992).
 *
 * <p>Reaped tombstones are live until nothing older can be left of their keys; see {@link
 * #nextToPurge}.
 *
 * <p>A record is live while the directory points to it. Most dead ones are known to the segment, so
 * they cost no look-up. A live one's copy is appended by the key's own loop, which knows of no
 * newer record then, so the log's order stays the order of states. The segment goes only after a
 * pass that found nothing live in it. A pass reads slices and waits between them, so that it never
 * rewrites more bytes per second than it may; nothing here blocks an event loop.
 */
public final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
  private static final double LIVE_SHARE = 0.5;

  /** With less written in a second nobody is held up by a purge. */
  private static final long IDLE_BYTES = 256 << 10;

  private static final double WORTH_A_PURGE = 0.05;

  /** A purge waits so long while more is being reaped, which it would leave. */
  private static final int CHECKS_OF_PATIENCE = 60;

  /** Until what was of no use is tried again. */
  private static final int CHECKS_OF_REST = 600;

  /**
   * A record that may be live.
   *
   * @param body null if it is damaged
   */
  record Candidate(Key key, int segment, int offset, int kind, byte @Nullable [] body) {}

  private final Log log;
  private final KeyDirectory directory;
  private final Stores stores;
  private final Loop loop;
  private final Executor io;
  private final LogOptions options;
  private final StorageMetrics metrics;
  private final BooleanSupplier stopping;
  private final Set<Integer> unreadable = new HashSet<>();
  private boolean running;
  private long movedBytes;
  private long othersBytes;

  /** The last segment of the purge under way, 0 if there is none. */
  private int purgeUpTo;

  /** Records that it let go of. */
  private long purged;

  /** Bytes of reaped tombstones at the last look, and the check since which a purge is worth it. */
  private long reapedBefore;

  private long worthSince;

  /** No purge begins before so many checks, since the last one let go of nothing. */
  private long restsUntil;

  private long checks;

  /**
   * @param loop where the compaction's own state lives
   * @param io reads segments
   * @param stopping whether the node stops, so that nothing more is to be begun
   */
  public Compaction(
      Log log,
      KeyDirectory directory,
      Stores stores,
      Loop loop,
      Executor io,
      LogOptions options,
      StorageMetrics metrics,
      BooleanSupplier stopping) {
    this.log = log;
    this.directory = directory;
    this.stores = stores;
    this.loop = loop;
    this.io = io;
    this.options = options;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  /** Compacts one segment if one is worth it and none is being compacted. Called on the loop. */
  public void check() {
    if (++checks % CHECKS_OF_REST == 0) {
      unreadable.clear();
    }
    long others = log.appendedBytes() - movedBytes;
    boolean isIdle = others - othersBytes < IDLE_BYTES;
    othersBytes = others;
    if (running) {
      return;
    }
    Optional<Segment> victim = emptiest();
    if (victim.isEmpty() && isIdle) {
      victim = nextToPurge();
    }
    if (victim.isPresent()) {
      running = true;
      pass(victim.get(), Segment.HEADER_BYTES, 0);
    }
  }

  /**
   * While reaped tombstones wait and nothing much is written: the oldest segment in which something
   * is dead. So when their own turn comes nothing older is left that they are needed against.
   */
  private Optional<Segment> nextToPurge() {
    if (purgeUpTo == 0) {
      beginPurge();
      return Optional.empty();
    }
    Optional<Segment> next =
        log.closedSegments().stream()
            .filter(segment -> segment.number <= purgeUpTo && !isClean(segment))
            .findFirst()
            .filter(segment -> !unreadable.contains(segment.number));
    if (next.isEmpty()) {
      purgeUpTo = 0;
      restsUntil = purged > 0 ? 0 : checks + CHECKS_OF_REST;
    }
    return next;
  }

  private void beginPurge() {
    if (checks < restsUntil) {
      return;
    }
    Segment open = log.openSegment();
    long reaped = open.reapedBytes.get();
    long garbage = reaped;
    long size = open.size;
    for (Segment segment : log.closedSegments()) {
      reaped += segment.reapedBytes.get();
      garbage += garbage(segment);
      size += segment.size;
    }
    boolean isGrowing = reaped > reapedBefore;
    reapedBefore = reaped;
    if (reaped == 0 || garbage < size * WORTH_A_PURGE) {
      worthSince = checks;
    } else if (!isGrowing || checks - worthSince >= CHECKS_OF_PATIENCE) {
      purgeUpTo = open.number;
      purged = 0;
      log.rollSoon();
    }
  }

  private long garbage(Segment segment) {
    return dead(segment) + segment.reapedBytes.get();
  }

  /** Nothing in it is dead or reaped. After a kill the count of live bytes may be a little off. */
  private boolean isClean(Segment segment) {
    return dead(segment) == 0 && segment.reapedBytes.get() == 0;
  }

  private long dead(Segment segment) {
    return segment.size - Segment.HEADER_BYTES - directory.liveBytes(segment.number);
  }

  /** Whether no older segment can hold a record that a newer one superseded. */
  private boolean isOldest(Segment segment) {
    return log.closedSegments().stream()
        .takeWhile(older -> older.number < segment.number)
        .allMatch(older -> dead(older) == 0);
  }

  /** The closed segment with the least live share, once less than half of the log is live. */
  private Optional<Segment> emptiest() {
    Segment best = null;
    double least = 1;
    long size = 0;
    long live = 0;
    for (Segment segment : log.closedSegments()) {
      long liveHere = directory.liveBytes(segment.number);
      size += segment.size;
      live += liveHere;
      double share = (double) liveHere / segment.size;
      if (share < least && !unreadable.contains(segment.number)) {
        least = share;
        best = segment;
      }
    }
    return live < size * LIVE_SHARE ? Optional.ofNullable(best) : Optional.empty();
  }

  /** Moves one slice, then goes on; {@code found} live records were seen in this pass before. */
  private void pass(Segment segment, int from, int found) {
    if (stopping.getAsBoolean()) {
      return;
    }
    if (from >= segment.size) {
      finish(segment, found);
      return;
    }
    io.execute(
        () -> {
          try {
            Segment.Slice slice = segment.slice(from, segment.size);
            List<Candidate> live = candidates(segment, from, slice);
            loop.execute(() -> relocate(segment, from, slice, live, found));
          } catch (IOException | DecodeException e) {
            LOG.error("segment {} cannot be compacted: {}", segment.number, e.toString());
            loop.execute(() -> skip(segment));
          }
        });
  }

  private void skip(Segment segment) {
    unreadable.add(segment.number);
    running = false;
  }

  private static List<Candidate> candidates(Segment segment, int from, Segment.Slice slice) {
    List<Candidate> live = new ArrayList<>();
    ByteBuffer bytes = slice.bytes();
    for (int at : slice.records()) {
      int offset = from + at;
      if (!segment.isKnownDead(offset)) {
        Key key = Key.decode(RecordFormat.key(bytes, at));
        int kind = RecordFormat.kind(bytes, at);
        byte[] body = RecordFormat.isBody(bytes, at) ? RecordFormat.body(bytes, at) : null;
        live.add(new Candidate(key, segment.number, offset, kind, body));
      }
    }
    return live;
  }

  private void relocate(
      Segment segment, int from, Segment.Slice slice, List<Candidate> live, int foundBefore) {
    if (stopping.getAsBoolean()) {
      return;
    }
    boolean isOldest = isOldest(segment);
    List<Future<Relocation.Outcome>> moves = new ArrayList<>();
    for (Candidate candidate : live) {
      Store store = stores.of(candidate.key());
      moves.add(Hop.call(loop, store.loop(), () -> store.relocation().move(candidate, isOldest)));
    }
    if (slice.isBroken()) {
      moves.add(giveUp(segment, from, slice.next()));
    }
    Runnable goOn =
        () -> {
          List<Relocation.Outcome> done =
              moves.stream().filter(Future::succeeded).map(Future::result).toList();
          long bytes = done.stream().mapToLong(Relocation.Outcome::copied).sum();
          purged += done.stream().filter(Relocation.Outcome::purged).count();
          int stuck = moves.size() - done.size();
          movedBytes += bytes;
          metrics.compacted(bytes);
          if (moves.stream().anyMatch(move -> Store.isDamage(move.cause()))) {
            LOG.error("segment {} holds a damaged record of a key not healed yet", segment.number);
            skip(segment);
            return;
          }
          int found = foundBefore + (bytes > 0 ? 1 : 0) + stuck;
          long pause = 1 + bytes * 1000 / options.compactionBytesPerSecond();
          loop.after(pause, () -> pass(segment, slice.next(), found));
        };
    Listen.to(Future.join(moves), loop, all -> goOn.run(), stuck -> goOn.run());
  }

  /** Of a stretch in which no record can be made out nothing may be needed any more. */
  private Future<Relocation.Outcome> giveUp(Segment segment, int from, int to) {
    return stores
        .suspectAll(loop, segment.number, from, to)
        .compose(
            needed ->
                needed == 0
                    ? Future.succeededFuture(Relocation.Outcome.NOTHING)
                    : Future.failedFuture(
                        new StorageException(Reason.DAMAGED, "no sound record at " + from)));
  }

  private void finish(Segment segment, int found) {
    if (found > 0) {
      loop.after(1000, () -> pass(segment, Segment.HEADER_BYTES, 0));
      return;
    }
    Listen.to(log.sync(loop), loop, kept -> io.execute(() -> drop(segment)), e -> running = false);
  }

  /** What was copied is on disk. */
  private void drop(Segment segment) {
    try {
      log.drop(segment);
      LOG.info("segment {} compacted, {} bytes given back", segment.number, segment.size);
    } catch (IOException e) {
      LOG.error("segment {} cannot be deleted: {}", segment.number, e.toString());
    }
    loop.execute(() -> running = false);
  }
}
