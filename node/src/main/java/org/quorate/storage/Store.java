package org.quorate.storage;

import com.github.benmanes.caffeine.cache.Cache;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.InFlight.Pointer;
import org.quorate.storage.StorageException.Reason;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.State;

/**
 * The keys of one event loop's partitions: read a key's state, or update it.
 *
 * <p>Used on its loop only, so a read-modify-write needs no lock. A read returns durable state
 * only: what it returned once survives a crash. An update works on the newest state, durable or in
 * flight, so that updates of one key follow each other in the log. The directory and the cache
 * change when a record is durable, in log order.
 *
 * <p>Invariant: while a key is in flight its newest state is in {@code inFlight}; otherwise the
 * directory points to it.
 */
public final class Store {
  private record Loaded(Location at, State state) {}

  private final Loop loop;
  private final int loopIndex;
  private final Log log;
  private final KeyDirectory directory;
  private final Cache<Key, State> cache;
  private final ToIntFunction<Key> partitions;
  private final StorageMetrics metrics;
  private final Identity identity;
  private final DiskReserve reserve;
  private final long damagedBefore;
  private final Map<Key, InFlight> inFlight = new HashMap<>();
  private Consumer<Key> onDamaged = key -> {};

  /**
   * @param damagedBefore records before this log position may be missing, 0 if none can be
   */
  public Store(
      Loop loop,
      int loopIndex,
      Log log,
      KeyDirectory directory,
      Cache<Key, State> cache,
      ToIntFunction<Key> partitions,
      StorageMetrics metrics,
      Identity identity,
      DiskReserve reserve,
      long damagedBefore) {
    this.loop = loop;
    this.loopIndex = loopIndex;
    this.log = log;
    this.directory = directory;
    this.cache = cache;
    this.partitions = partitions;
    this.metrics = metrics;
    this.identity = identity;
    this.reserve = reserve;
    this.damagedBefore = damagedBefore;
  }

  public Loop loop() {
    return loop;
  }

  public Identity identity() {
    return identity;
  }

  /** Told of each key that was found damaged. */
  public void onDamaged(Consumer<Key> listener) {
    onDamaged = listener;
  }

  /**
   * The digest of the key's durable state, 0 where nothing is stored.
   *
   * @throws StorageException DAMAGED
   */
  public long digest(Key key) {
    Location at = directory.get(partitions.applyAsInt(key), key);
    requireSound(key, at);
    return at == null ? 0 : at.digest();
  }

  private void requireSound(Key key, @Nullable Location at) {
    if (!isSound(at)) {
      onDamaged.accept(key);
      throw new StorageException(Reason.DAMAGED, "the key's record was damaged");
    }
  }

  /** Whether this owner has forgotten no write of a key that the directory has there. */
  private boolean isSound(@Nullable Location at) {
    return at == null ? damagedBefore == 0 : !at.isDamaged() && at.position() >= damagedBefore;
  }

  /** The key's durable state; fails with {@link StorageException} DAMAGED or OVERLOADED. */
  public Future<State> read(Key key) {
    return read(key, true);
  }

  /**
   * As {@link #read(Key)}.
   *
   * @param keeps whether it is worth a place in the cache
   */
  public Future<State> read(Key key, boolean keeps) {
    State cached = cache.getIfPresent(key);
    if (cached != null) {
      metrics.cacheHit();
      return Future.succeededFuture(cached);
    }
    Location at = directory.get(partitions.applyAsInt(key), key);
    try {
      requireSound(key, at);
    } catch (StorageException e) {
      return Future.failedFuture(e);
    }
    if (at == null) {
      return Future.succeededFuture(State.EMPTY);
    }
    metrics.cacheMiss();
    return load(key, at)
        .compose(
            loaded -> {
              if (loaded.isEmpty()) {
                return read(key, keeps);
              }
              if (keeps) {
                cacheRead(key, at, loaded.get());
              }
              return Future.succeededFuture(loaded.get());
            });
  }

  /** The record's state, empty if compaction has moved it meanwhile. */
  private Future<Optional<State>> load(Key key, Location at) {
    Future<Optional<State>> read = log.read(loop, at, key);
    Listen.to(read, loop, found -> {}, e -> noteDamage(key, at, e));
    return read;
  }

  /** Caches what was read, unless it is old or incomplete. */
  private void cacheRead(Key key, Location at, State state) {
    boolean current = at.equals(directory.get(partitions.applyAsInt(key), key));
    if (current && !at.isDamaged()) {
      cache.put(key, state.withoutBytes());
    }
  }

  private void noteDamage(Key key, Location at, Throwable e) {
    int partition = partitions.applyAsInt(key);
    boolean damaged = e instanceof StorageException s && s.reason() == Reason.DAMAGED;
    if (damaged && !at.isUnreadable() && at.equals(directory.get(partition, key))) {
      point(key, at, at.unreadable());
      metrics.damagedRecord();
      identity.renew("a record of this node is damaged");
      onDamaged.accept(key);
    }
  }

  /**
   * Changes the key's state and completes with the new one when it is durable. Fails with {@link
   * StorageException}: OVERLOADED and DISK_FULL if nothing was done, FAILED if it is not known; or
   * with what the change threw.
   */
  public Future<State> update(Key key, Change change) {
    try {
      return update(key, change, false, null);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  /**
   * @param heals whether the new state is all that any owner knows, so that the key is whole then
   */
  private Future<State> update(Key key, Change change, boolean heals, @Nullable Loaded loaded) {
    InFlight flying = inFlight.get(key);
    if (flying != null) {
      State next = change.fromDigest(flying.state.digest());
      return follow(key, flying, heals, next == null ? change.from(flying.state) : next);
    }
    Location at = directory.get(partitions.applyAsInt(key), key);
    if (at == null) {
      return commit(key, null, heals, change.from(State.EMPTY));
    }
    State next = change.fromDigest(at.digest());
    Dot only = at.only();
    if (next == null && only != null) {
      next = change.fromOnly(only, at.digest());
    }
    if (next != null) {
      return commit(key, at, heals, next);
    }
    if (loaded != null && loaded.at().equals(at)) {
      return commit(key, at, heals, change.from(loaded.state()));
    }
    State cached = cache.getIfPresent(key);
    if (cached != null) {
      return commit(key, at, heals, change.from(cached));
    }
    return load(key, at)
        .map(state -> state.map(found -> new Loaded(at, found)).orElse(null))
        .recover(
            e ->
                isDamage(e)
                    ? Future.succeededFuture(new Loaded(at.unreadable(), State.EMPTY))
                    : Future.failedFuture(e))
        .compose(found -> update(key, change, heals, found));
  }

  static boolean isDamage(@Nullable Throwable e) {
    return e instanceof StorageException s && s.reason() == Reason.DAMAGED;
  }

  /** On top of what is in flight. */
  private Future<State> follow(Key key, InFlight flying, boolean heals, State next) {
    int kind = heals ? RecordFormat.STATE : flying.kind;
    return flying.state.digest() == next.digest() && flying.kind == kind
        ? flying.durable.future()
        : append(key, kind, next, flying.pointer);
  }

  /** On top of what the directory points to. */
  private Future<State> commit(Key key, @Nullable Location at, boolean heals, State next) {
    boolean isSound = isSound(at);
    if (at != null && at.digest() == next.digest() && isSound) {
      return Future.succeededFuture(next);
    }
    int kind = heals || isSound ? RecordFormat.STATE : RecordFormat.INCOMPLETE_STATE;
    return append(key, kind, next, new Pointer(at));
  }

  /** What the key's record holds, even where this owner may have forgotten writes of it. */
  public Future<State> salvage(Key key) {
    Location at = directory.get(partitions.applyAsInt(key), key);
    return at == null
        ? Future.succeededFuture(State.EMPTY)
        : load(key, at)
            .compose(found -> found.isEmpty() ? salvage(key) : Future.succeededFuture(found.get()))
            .recover(
                e -> isDamage(e) ? Future.succeededFuture(State.EMPTY) : Future.failedFuture(e));
  }

  /**
   * Joins all that the other owners have into a damaged key, which then is whole again: any
   * acknowledged write that this owner forgot is held by another of its write quorum.
   */
  public Future<State> heal(Key key, State others) {
    Change joining = mine -> State.of(mine.siblings().merge(others.siblings()));
    return update(key, joining, true, null);
  }

  /** Puts an empty state in place of the one with this digest; does nothing if it is another. */
  public Future<State> forget(Key key, long digest) {
    return update(key, held -> held.digest() == digest ? State.EMPTY : held);
  }

  private Future<State> append(Key key, int kind, State next, Pointer pointer) {
    if (reserve.isBelow()) {
      return Future.failedFuture(
          new StorageException(Reason.DISK_FULL, "free disk space is below the reserve"));
    }
    Outline outline = Outline.of(next, kind);
    Future<Location> appended = log.append(loop, kind, key, next.bytes(), outline);
    if (appended.failed()) {
      return Future.failedFuture(appended.cause());
    }
    InFlight mine = new InFlight(next, kind, pointer);
    inFlight.put(key, mine);
    Listen.to(
        appended,
        loop,
        place -> {
          moved(key, mine.pointer.at, place);
          inFlight.remove(key, mine);
          if (place.isDamaged()) {
            cache.invalidate(key);
          } else if (cache.getIfPresent(key) != null) {
            cache.put(key, next.withoutBytes());
          }
          mine.durable.complete(next);
        },
        e -> {
          inFlight.remove(key, mine);
          mine.durable.fail(e);
        });
    return mine.durable.future();
  }

  /** The key's newest durable record is now there. */
  private void moved(Key key, @Nullable Location from, Location to) {
    point(key, from, to);
    if (from != null) {
      log.died(from);
    }
    applied(to);
  }

  private void point(Key key, @Nullable Location from, Location to) {
    directory.put(partitions.applyAsInt(key), key, from, to);
    InFlight newer = inFlight.get(key);
    if (newer != null) {
      newer.pointer.at = to;
    }
  }

  private void applied(Location place) {
    if (damagedBefore == 0) {
      directory.applied(loopIndex, place.position() + place.length());
    }
  }

  /** Whether a write would be refused now: OVERLOADED or DISK_FULL. */
  public void requireRoom() {
    if (reserve.isBelow()) {
      throw new StorageException(Reason.DISK_FULL, "free disk space is below the reserve");
    }
    if (log.isFull()) {
      throw new StorageException(Reason.OVERLOADED, "the log's queue is full");
    }
  }

  /**
   * Appends the record again, unless the key has moved on: it has a newer record, or one in flight.
   * Completes when the directory points to the copy, with the bytes copied, 0 if there was nothing
   * to do; fails if the key must be tried again.
   */
  Future<Integer> relocate(Compaction.Candidate record) {
    Key key = record.key();
    Location from = directory.get(partitions.applyAsInt(key), key);
    if (from == null || !from.isAt(record.segment(), record.offset())) {
      return Future.succeededFuture(0);
    }
    if (inFlight.containsKey(key)) {
      return Future.failedFuture(new StorageException(Reason.OVERLOADED, "the key is in flight"));
    }
    byte[] body = record.body();
    if (body == null) {
      return Future.failedFuture(new StorageException(Reason.DAMAGED, "the record is damaged"));
    }
    int kind = from.isDamaged() ? RecordFormat.INCOMPLETE_STATE : record.kind();
    Promise<Integer> copied = Promise.promise();
    Listen.to(
        log.append(loop, kind, key, body, from.outline()),
        loop,
        place -> {
          if (from.equals(directory.get(partitions.applyAsInt(key), key))) {
            moved(key, from, place);
          }
          copied.complete(place.length());
        },
        copied::fail);
    return copied.future();
  }

  /** Keys whose newest state is not durable yet. */
  public int inFlight() {
    return inFlight.size();
  }
}
