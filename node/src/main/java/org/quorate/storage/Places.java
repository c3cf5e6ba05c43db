package org.quorate.storage;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.quorate.version.Key;

/**
 * Where the keys of one loop are: its part of the directory, and what is in flight above that.
 *
 * <p>Invariant: while a key is in flight its newest state is in {@code inFlight}; otherwise the
 * directory points to it.
 */
final class Places {
  private final int loopIndex;
  private final Log log;
  private final KeyDirectory directory;
  private final Placing placing;
  private final long damagedBefore;
  private final Set<Integer> mended = ConcurrentHashMap.newKeySet();
  private final Map<Key, InFlight> inFlight = new HashMap<>();
  private Moves moves = (key, from, to) -> {};

  /**
   * @param damagedBefore records before this log position may be missing, 0 if none can be
   */
  Places(int loopIndex, Log log, KeyDirectory directory, Placing placing, long damagedBefore) {
    this.loopIndex = loopIndex;
    this.log = log;
    this.directory = directory;
    this.placing = placing;
    this.damagedBefore = damagedBefore;
  }

  void onMove(Moves listener) {
    moves = listener;
  }

  int partitionOf(Key key) {
    return placing.partition(key);
  }

  /** The kind of a record of the key. */
  int inLayer(int kind, Key key) {
    return RecordFormat.inLayer(kind, placing.layer(key));
  }

  boolean prepare(int partition) {
    return directory.prepare(partition);
  }

  @Nullable Location get(Key key) {
    return directory.get(partitionOf(key), key);
  }

  void forEach(int partition, BiConsumer<Key, Location> visitor) {
    directory.forEach(partition, visitor);
  }

  /** Whether no record of an unknown key is missing. */
  boolean isWhole(int partition) {
    return damagedBefore == 0 || mended.contains(partition);
  }

  /** What was missing in the partition has been found on other nodes. */
  void mended(int partition) {
    mended.add(partition);
  }

  /** Whether this owner has forgotten no write of a key that the directory has there. */
  boolean isSound(Key key, @Nullable Location at) {
    return at == null
        ? isWhole(partitionOf(key))
        : !at.isDamaged() && (at.position() >= damagedBefore || isWhole(partitionOf(key)));
  }

  /** The key's newest durable record is now there. */
  void moved(Key key, @Nullable Location from, Location to) {
    point(key, from, to);
    if (from != null) {
      log.died(from);
    }
    if (damagedBefore == 0) {
      directory.applied(loopIndex, to.position() + to.length());
    }
  }

  void point(Key key, @Nullable Location from, Location to) {
    directory.put(partitionOf(key), key, from, to);
    countReaped(from, -1);
    countReaped(to, 1);
    InFlight newer = inFlight.get(key);
    if (newer != null) {
      newer.pointer.at = to;
    }
    moves.moved(key, from, to);
  }

  /** Forgets a key that is not in flight. */
  void remove(Key key, Location from) {
    directory.remove(partitionOf(key), key, from);
    countReaped(from, -1);
    log.died(from);
    moves.moved(key, from, null);
  }

  /** The keys of a partition whose newest record lies between these offsets. */
  Map<Key, Location> inSegment(int partition, int segment, int from, int to) {
    Map<Key, Location> found = new HashMap<>();
    directory.forEach(
        partition,
        (key, at) -> {
          if (at.segment() == segment && at.offset() < to && at.offset() + at.length() > from) {
            found.put(key, at);
          }
        });
    return found;
  }

  /**
   * Counts what could be purged.
   *
   * @param sign 1 if the record is there from now on, -1 if it was
   */
  void countReaped(@Nullable Location at, int sign) {
    if (at != null && at.isReaped()) {
      log.countReaped(at, sign);
    }
  }

  @Nullable InFlight flying(Key key) {
    return inFlight.get(key);
  }

  void takeOff(Key key, InFlight flight) {
    inFlight.put(key, flight);
  }

  void land(Key key, InFlight flight) {
    inFlight.remove(key, flight);
  }

  /** Such keys whose newest state is not durable yet. */
  int inFlight(Predicate<Key> which) {
    return (int) inFlight.keySet().stream().filter(which).count();
  }

  /** The partitions of those. */
  Set<Integer> busy() {
    Set<Integer> busy = new HashSet<>();
    inFlight.keySet().forEach(key -> busy.add(partitionOf(key)));
    return busy;
  }
}
