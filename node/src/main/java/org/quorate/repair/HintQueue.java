package org.quorate.repair;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Loop;
import org.quorate.storage.Disk;
import org.quorate.storage.StorageException;
import org.quorate.version.Key;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hints for one target, oldest first: the keys of which it lacks something. Used on one loop.
 *
 * <pre>
 *  add ──► gathered ──► written and synced to the newest file
 *                       … older files …
 *          next ◄── read from the oldest file, which is deleted when all of it is done
 * </pre>
 *
 * <p>A file that is read is never written again, so a crash brings back at most one file of hints
 * that were done; they are merges, and harmless. A key that was added lately and not taken yet is
 * not added again.
 */
final class HintQueue {
  private static final Logger LOG = LoggerFactory.getLogger(HintQueue.class);
  private static final int RECENT_KEYS = 4096;
  private static final int MOST_GATHERED = 16_384;

  /** One file, of so many hints. */
  private static final class Piece {
    private final HintFile file;
    private long bytes;
    private int hints;

    Piece(HintFile file, long bytes, int hints) {
      this.file = file;
      this.bytes = bytes;
      this.hints = hints;
    }
  }

  /** A hint on its way to the disk. */
  private record Added(Key key, Promise<Void> durable) {}

  private final String target;
  private final Disk disk;
  private final Loop loop;
  private final HintIo io;
  private final HintOptions options;
  private final HintMetrics metrics;
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private final Map<Key, Future<Void>> recent = new LinkedHashMap<>();
  private final Deque<Key> ready = new ArrayDeque<>();
  private List<Added> gathered = new ArrayList<>();
  private @Nullable Piece open;
  private @Nullable Piece loaded;
  private final AtomicLong pending = new AtomicLong();
  private Future<Void> latest = Future.succeededFuture();
  private final AtomicLong bytes = new AtomicLong();
  private int outstanding;
  private boolean writing;
  private boolean reading;
  private boolean flushing;
  private long nextNumber = 1;

  HintQueue(
      String target, Disk disk, Loop loop, HintIo io, HintOptions options, HintMetrics metrics) {
    this.target = target;
    this.disk = disk;
    this.loop = loop;
    this.io = io;
    this.options = options;
    this.metrics = metrics;
  }

  /** A file that an earlier process left; to be called in the order of their numbers. */
  void adopt(HintFile file, Collection<Key> keys) {
    long size = keys.stream().mapToLong(HintFile::sizeBytes).sum();
    pieces.add(new Piece(file, size, keys.size()));
    bytes.addAndGet(size);
    pending.addAndGet(keys.size());
    nextNumber = file.number + 1;
  }

  /** Hints that are not done; may be asked from any thread. */
  long pending() {
    return pending.get();
  }

  /** Of all files; may be asked from any thread. */
  long sizeBytes() {
    return bytes.get();
  }

  /** Completes when all that were added are durable, or have failed. */
  Future<Void> settled() {
    return latest.otherwiseEmpty();
  }

  /** Adds a hint; completes when it is durable. */
  Future<Void> add(Key key) {
    Future<Void> before = recent.get(key);
    if (before != null) {
      return before;
    }
    if (gathered.size() >= MOST_GATHERED) {
      metrics.dropped(1);
      return Future.failedFuture(
          new StorageException(
              StorageException.Reason.OVERLOADED, "too many hints wait for the disk"));
    }
    Added added = new Added(key, Promise.promise());
    gathered.add(added);
    pending.incrementAndGet();
    latest = added.durable().future();
    recent.put(key, latest);
    if (recent.size() > RECENT_KEYS) {
      Iterator<Key> oldest = recent.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    if (!flushing) {
      flushing = true;
      loop.execute(this::flush);
    }
    return added.durable().future();
  }

  private void flush() {
    flushing = false;
    if (writing || gathered.isEmpty()) {
      return;
    }
    writing = true;
    List<Added> batch = gathered;
    gathered = new ArrayList<>();
    Piece into = pieceWithRoom();
    ByteBuffer records = HintFile.encode(batch.stream().map(Added::key).toList());
    long offset = into.bytes;
    into.bytes += records.remaining();
    bytes.addAndGet(records.remaining());
    into.hints += batch.size();
    io.run(
        () -> into.file.append(disk, records, offset),
        done -> {
          writing = false;
          metrics.written(batch.size());
          batch.forEach(each -> each.durable().complete());
          drop();
          flush();
        },
        e -> {
          writing = false;
          notWritten(batch, into, offset, e);
          flush();
        });
  }

  private Piece pieceWithRoom() {
    Piece last = open;
    if (last == null || last.bytes >= options.fileBytes()) {
      last = new Piece(new HintFile(target, nextNumber++), 0, 0);
      pieces.add(last);
      open = last;
    }
    return last;
  }

  /** What is in the file after the offset is unknown, so nothing more is written there. */
  private void notWritten(List<Added> batch, Piece into, long offset, IOException e) {
    bytes.addAndGet(offset - into.bytes);
    pending.addAndGet(-batch.size());
    into.bytes = offset;
    into.hints -= batch.size();
    open = null;
    if (offset == 0) {
      pieces.remove(into);
      delete(into);
    }
    metrics.dropped(batch.size());
    batch.forEach(each -> recent.remove(each.key()));
    StorageException failure =
        new StorageException(StorageException.Reason.FAILED, "hints were not written: " + e);
    batch.forEach(each -> each.durable().fail(failure));
  }

  /** Over the bound the oldest are left to anti-entropy. */
  private void drop() {
    Iterator<Piece> oldest = pieces.iterator();
    while (sizeBytes() > options.mostBytes() && oldest.hasNext()) {
      Piece piece = oldest.next();
      if (piece != open && piece != loaded) {
        oldest.remove();
        lost(piece.hints);
        delete(piece);
      }
    }
  }

  private void delete(Piece piece) {
    bytes.addAndGet(-piece.bytes);
    io.run(() -> disk.delete(piece.file.name()), done -> {}, e -> {});
  }

  /** The oldest hint that was not taken yet; empty if there is none, or none is read yet. */
  Optional<Key> next() {
    Key key = ready.poll();
    if (key == null) {
      load();
      return Optional.empty();
    }
    recent.remove(key);
    outstanding++;
    return Optional.of(key);
  }

  private void load() {
    if (loaded != null || pieces.isEmpty()) {
      return;
    }
    Piece oldest = pieces.element();
    if (oldest == open) {
      if (writing) {
        return;
      }
      open = null;
    }
    reading = true;
    loaded = oldest;
    io.call(
        () -> oldest.file.read(disk),
        keys -> {
          reading = false;
          if (keys.size() < oldest.hints) {
            lost(oldest.hints - keys.size());
          }
          ready.addAll(keys);
          finish();
        },
        e -> {
          LOG.warn("hints for {} cannot be read now: {}", target, e.toString());
          reading = false;
          loaded = null;
        });
  }

  /** Which keys they were is not known, so each may be noted again. */
  private void lost(int count) {
    recent.clear();
    pending.addAndGet(-count);
    metrics.dropped(count);
  }

  /** A hint that was taken is done. */
  void done() {
    outstanding--;
    pending.decrementAndGet();
    finish();
  }

  /** A hint that was taken is not done: it is the next again. */
  void retry(Key key) {
    outstanding--;
    ready.addFirst(key);
  }

  private void finish() {
    Piece finished = loaded;
    if (finished != null && !reading && ready.isEmpty() && outstanding == 0) {
      loaded = null;
      pieces.remove(finished);
      delete(finished);
    }
  }
}
