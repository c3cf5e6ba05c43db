package org.quorate.storage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.StorageException.Reason;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;

/** Moves live records of one loop's keys to the log's end, and lets go of reaped ones. */
final class Relocation {
  /**
   * What became of a record.
   *
   * @param copied its bytes, 0 if it was not copied
   * @param purged whether it was a reaped one that is gone for good
   */
  record Outcome(int copied, boolean purged) {
    static final Outcome NOTHING = new Outcome(0, false);
  }

  private final Loop loop;
  private final Log log;
  private final Places places;
  private final StorageMetrics metrics;
  private final BiConsumer<Key, Location> onDamaged;
  private BiPredicate<Key, Siblings> purgeable = (key, state) -> false;

  /**
   * @param onDamaged told of a key whose newest record is damaged
   */
  Relocation(
      Loop loop,
      Log log,
      Places places,
      StorageMetrics metrics,
      BiConsumer<Key, Location> onDamaged) {
    this.onDamaged = onDamaged;
    this.loop = loop;
    this.log = log;
    this.places = places;
    this.metrics = metrics;
  }

  /** Tells whether this node would know what a reaped key had seen without the key's record. */
  void purgeable(BiPredicate<Key, Siblings> test) {
    purgeable = test;
  }

  /** Whether a reaped key counts as absent for writes too: what it had seen is known without it. */
  boolean isPurgeable(Key key, Location at) {
    Dot only = at.only();
    return at.isReaped()
        && (at.digest() == 0 || (only != null && purgeable.test(key, Siblings.after(only))));
  }

  /** What a write finds of the state at this place: nothing where the key counts as absent. */
  State left(Key key, Location at, State state) {
    return at.isReaped() && purgeable.test(key, state.siblings()) ? State.EMPTY : state;
  }

  /**
   * Appends the record again, unless the key has moved on: it has a newer record, or one in flight.
   * Completes when the directory points to the copy, or if there was nothing to do; fails if the
   * key must be tried again.
   *
   * @param isOldest whether no older record of the key can be left, so that a reaped one may go
   */
  Future<Outcome> move(Compaction.Candidate record, boolean isOldest) {
    Key key = record.key();
    Location from = places.get(key);
    if (from == null || !from.isAt(record.segment(), record.offset())) {
      return Future.succeededFuture(Outcome.NOTHING);
    }
    if (places.flying(key) != null) {
      return Future.failedFuture(new StorageException(Reason.OVERLOADED, "the key is in flight"));
    }
    byte[] body = record.body();
    if (body == null) {
      onDamaged.accept(key, from);
      return Future.failedFuture(new StorageException(Reason.DAMAGED, "the record is damaged"));
    }
    if (isOldest && from.isReaped() && left(key, from, State.decode(body)).siblings().isEmpty()) {
      places.remove(key, from);
      metrics.purged();
      return Future.succeededFuture(new Outcome(0, true));
    }
    int kind = from.isDamaged() ? RecordFormat.INCOMPLETE_STATE : record.kind();
    Promise<Outcome> copied = Promise.promise();
    Listen.to(
        log.append(loop, places.inLayer(kind, key), key, body, from.outline()),
        loop,
        place -> {
          if (from.equals(places.get(key))) {
            places.moved(key, from, place);
          }
          copied.complete(new Outcome(place.length(), false));
        },
        copied::fail);
    return copied.future();
  }
}
