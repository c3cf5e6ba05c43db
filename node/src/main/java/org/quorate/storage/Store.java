package org.quorate.storage;

import com.github.benmanes.caffeine.cache.Cache;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.InFlight.Pointer;
import org.quorate.storage.StorageException.Reason;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;

/**
 * The keys of one event loop's partitions: read a key's state, or update it.
 *
 * <p>Used on its loop only, so a read-modify-write needs no lock. A read returns durable state
 * only: what it returned once survives a crash. An update works on the newest state, durable or in
 * flight, so that updates of one key follow each other in the log. The directory and the cache
 * change when a record is durable, in log order.
 */
public final class Store {
  private record Loaded(Location at, State state) {}

  private final Loop loop;
  private final Log log;
  private final Places places;
  private final Relocation relocation;
  private final Cache<Key, State> cache;
  private final StorageMetrics metrics;
  private final Identity identity;
  private final DiskReserve reserve;
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
      Placing placing,
      StorageMetrics metrics,
      Identity identity,
      DiskReserve reserve,
      long damagedBefore) {
    this.loop = loop;
    this.log = log;
    this.places = new Places(loopIndex, log, directory, placing, damagedBefore);
    this.relocation = new Relocation(loop, log, places, metrics, this::noteDamage);
    this.cache = cache;
    this.metrics = metrics;
    this.identity = identity;
    this.reserve = reserve;
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

  /** Tells whether this node would know what a reaped key had seen without the key's record. */
  public void purgeable(BiPredicate<Key, Siblings> test) {
    relocation.purgeable(test);
  }

  /** Told of each change of where a key's newest durable record is. */
  public void onMove(Moves listener) {
    places.onMove(listener);
  }

  /** Where the key's newest durable record is, null where there is none. */
  public @Nullable Location location(Key key) {
    return places.get(key);
  }

  /** All keys of a partition of this loop, with their locations; they must not change meanwhile. */
  public void forEach(int partition, BiConsumer<Key, Location> visitor) {
    places.forEach(partition, visitor);
  }

  /** Sees to it that a key of the partition can be stored without a wait; whether it can now. */
  public boolean prepare(int partition) {
    return places.prepare(partition);
  }

  /** Partitions of which some key's newest state is not durable yet. */
  public Set<Integer> busy() {
    return places.busy();
  }

  /** Whether this owner can have forgotten no key of the partition. */
  public boolean isWhole(int partition) {
    return places.isWhole(partition);
  }

  /** What was missing in the partition has been found on other nodes. */
  public void mended(int partition) {
    places.mended(partition);
  }

  /** Whether this owner has forgotten no write of a key that the directory has there. */
  public boolean isSound(Key key, @Nullable Location at) {
    return places.isSound(key, at);
  }

  /**
   * The digest of the key's durable state, 0 where nothing is stored.
   *
   * @throws StorageException DAMAGED
   */
  public long digest(Key key) {
    Location at = places.get(key);
    requireSound(key, at);
    return at == null ? 0 : at.heldDigest();
  }

  /** A key that this owner may have forgotten writes of is to be mended. */
  public void reportDamaged(Key key) {
    onDamaged.accept(key);
  }

  private void requireSound(Key key, @Nullable Location at) {
    if (!isSound(key, at)) {
      onDamaged.accept(key);
      throw new StorageException(Reason.DAMAGED, "the key's record was damaged");
    }
  }

  /** The key's durable state; fails with {@link StorageException} DAMAGED or OVERLOADED. */
  public Future<State> read(Key key) {
    return read(key, true);
  }

  /** As {@link #read(Key)}; {@code keeps} tells whether it is worth a place in the cache. */
  public Future<State> read(Key key, boolean keeps) {
    State cached = cache.getIfPresent(key);
    if (cached != null) {
      metrics.cacheHit();
      return Future.succeededFuture(cached);
    }
    Location at = places.get(key);
    try {
      requireSound(key, at);
    } catch (StorageException e) {
      return Future.failedFuture(e);
    }
    if (at == null || at.isReaped()) {
      return Future.succeededFuture(State.EMPTY);
    }
    metrics.cacheMiss();
    return load(key, at)
        .compose(
            loaded -> {
              if (loaded.isEmpty()) {
                return read(key, keeps);
              }
              if (keeps && at.equals(places.get(key)) && !at.isDamaged()) {
                cache.put(key, loaded.get().withoutBytes());
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

  private void noteDamage(Key key, Location at, Throwable e) {
    if (isDamage(e)) {
      noteDamage(key, at);
    }
  }

  private void noteDamage(Key key, Location at) {
    if (!at.isUnreadable() && at.equals(places.get(key))) {
      places.point(key, at, at.unreadable());
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
    InFlight flying = places.flying(key);
    if (flying != null) {
      State next = change.fromDigest(flying.state.digest());
      return follow(key, flying, heals, next == null ? change.from(flying.state) : next);
    }
    Location at = places.get(key);
    if (at == null || relocation.isPurgeable(key, at)) {
      State next = change.fromDigest(0);
      return commit(key, at, heals, next == null ? change.from(State.EMPTY) : next);
    }
    State next = at.isReaped() ? null : change.fromOutline(at);
    if (next != null) {
      return commit(key, at, heals, next);
    }
    if (loaded != null && loaded.at().equals(at)) {
      return commit(key, at, heals, change.from(relocation.left(key, at, loaded.state())));
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

  /** The record at this place is damaged: if it is the key's newest, the key is to be mended. */
  void suspect(Key key, int segment, int offset) {
    Location at = places.get(key);
    if (at != null && at.isAt(segment, offset)) {
      noteDamage(key, at);
    }
  }

  /**
   * No record between these offsets can be made out; the directory tells whose they were.
   *
   * @return of how many keys it was the newest
   */
  int suspectAll(int partition, int segment, int from, int to) {
    Map<Key, Location> found = places.inSegment(partition, segment, from, to);
    found.forEach(this::noteDamage);
    return found.size();
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
    boolean isSound = isSound(key, at);
    long held = at == null ? 0 : at.heldDigest();
    if (next.digest() == held && isSound) {
      return Future.succeededFuture(next);
    }
    int kind = heals || isSound ? RecordFormat.STATE : RecordFormat.INCOMPLETE_STATE;
    return append(key, kind, next, new Pointer(at));
  }

  /** What the key's record holds, even where this owner may have forgotten writes of it. */
  public Future<State> salvage(Key key) {
    Location at = places.get(key);
    return at == null || at.isReaped()
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
    return update(key, new Forgetting(digest));
  }

  /** Puts an empty state in place of what is here, damaged or not, unless it has changed. */
  public Future<State> drop(Key key, Location at) {
    return at.equals(places.get(key)) && places.flying(key) == null
        ? update(key, new Forgetting(at.digest()), true, null)
        : Future.succeededFuture(State.EMPTY);
  }

  private Future<State> append(Key key, int kind, State next, Pointer pointer) {
    if (reserve.refuses(key, next)) {
      return Future.failedFuture(
          new StorageException(Reason.DISK_FULL, "free disk space is below the reserve"));
    }
    Outline outline = Outline.of(next, kind);
    Future<Location> appended =
        log.append(loop, places.inLayer(kind, key), key, next.bytes(), outline);
    if (appended.failed()) {
      return Future.failedFuture(appended.cause());
    }
    InFlight mine = new InFlight(next, kind, pointer);
    places.takeOff(key, mine);
    Listen.to(
        appended,
        loop,
        place -> {
          places.moved(key, mine.pointer.at, place);
          places.land(key, mine);
          if (place.isDamaged()) {
            cache.invalidate(key);
          } else if (cache.getIfPresent(key) != null) {
            cache.put(key, next.withoutBytes());
          }
          mine.durable.complete(next);
        },
        e -> {
          places.land(key, mine);
          mine.durable.fail(e);
        });
    return mine.durable.future();
  }

  /**
   * All owners have seen this tombstone: it counts as absent from now on, unless it has changed
   * since. Its record goes when no older one can be left.
   *
   * @return whether it was the key's newest record
   */
  public boolean reap(Key key, Location tombstone) {
    boolean isCurrent = tombstone.equals(places.get(key)) && places.flying(key) == null;
    if (isCurrent) {
      places.point(key, tombstone, tombstone.reaped());
      cache.invalidate(key);
    }
    return isCurrent;
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

  /** Moves this loop's records for compaction. */
  Relocation relocation() {
    return relocation;
  }

  /** Counts a record that an earlier process reaped. */
  public void countReaped(Location at) {
    places.countReaped(at, 1);
  }

  /** How many such keys have a newest state that is not durable yet. */
  public int inFlight(Predicate<Key> which) {
    return places.inFlight(which);
  }
}
