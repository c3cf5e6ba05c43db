package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.quorate.replica.Shard;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.Location;
import org.quorate.storage.Store;
import org.quorate.version.Dot;
import org.quorate.version.Key;

/**
 * Forgets the keys of partitions that one loop owns no more, in the background: an empty record
 * takes the place of each, and compaction frees the space.
 *
 * <p>A copy that this node keeps in the place of another looks the same. So nothing is forgotten
 * while this node keeps hints, or is about to. What the present actor has minted stays: its next
 * dot would claim to have seen it.
 */
public final class Departure {
  private static final int NONE = -1;
  private static final int LISTED_AT_ONCE = 10_000;

  private final Loop loop;
  private final Shard shard;
  private final Store store;
  private final Pace pace;
  private final BooleanSupplier keepsHints;
  private long renewedIn;

  /** Others have their turn after a partition that could not be cleared. */
  private int failedAt = NONE;

  private boolean isBusy;
  private int forgotten;

  /**
   * @param share of the time that it takes, percent
   * @param keepsHints whether some copy may be kept here for another node
   */
  public Departure(
      Loop loop, Clock clock, Shard shard, Store store, int share, BooleanSupplier keepsHints) {
    this.loop = loop;
    this.shard = shard;
    this.store = store;
    this.pace = Pace.ofMoves(loop, clock, share);
    this.keepsHints = keepsHints;
  }

  /** To be called every now and then, on the loop. */
  public void clear() {
    if (isBusy || shard.tenure().left().isEmpty() || mustWait()) {
      return;
    }
    Integer later = shard.tenure().left().higher(failedAt);
    int partition = later == null ? shard.tenure().left().first() : later;
    failedAt = NONE;
    if (renewedIn < shard.tenure().epoch() && isLeftOf(partition)) {
      renewedIn = shard.tenure().epoch();
      store.identity().renew("this node forgets partitions that it does not own any more");
    }
    isBusy = true;
    forgotten = 0;
    Deque<Map.Entry<Key, Location>> keys = keys(partition);
    Listen.to(
        pace.untilEmpty(keys, () -> forgetSome(partition, keys)),
        loop,
        done -> {
          isBusy = false;
          if (forgotten == 0 && !mustWait()) {
            shard.tenure().cleared(partition);
          }
          loop.execute(this::clear);
        },
        e -> {
          isBusy = false;
          failedAt = partition;
        });
  }

  private boolean mustWait() {
    return keepsHints.getAsBoolean() || shard.isNotingHints() || !shard.tenure().isCalm();
  }

  private boolean isLeftOf(int partition) {
    boolean[] isLeft = {false};
    store.forEach(partition, (key, at) -> isLeft[0] |= isLeft(key, at));
    return isLeft[0];
  }

  private static boolean isLeft(Key key, Location at) {
    return !key.isSystem() && (at.isDamaged() || at.heldDigest() != 0);
  }

  private Deque<Map.Entry<Key, Location>> keys(int partition) {
    Deque<Map.Entry<Key, Location>> keys = new ArrayDeque<>();
    store.forEach(
        partition,
        (key, at) -> {
          if (isLeft(key, at) && !isMinted(at.only()) && keys.size() < LISTED_AT_ONCE) {
            keys.add(Map.entry(key, at));
          }
        });
    return keys;
  }

  private boolean isMinted(@Nullable Dot only) {
    return only != null && only.actor() == store.identity().actor();
  }

  private Future<Void> forgetSome(int partition, Deque<Map.Entry<Key, Location>> keys) {
    if (mustWait() || !shard.tenure().left().contains(partition)) {
      keys.clear();
      return Future.succeededFuture();
    }
    long began = pace.now();
    List<Future<Void>> some = new ArrayList<>();
    for (int i = 0; i < pace.keys() && !keys.isEmpty(); i++) {
      Map.Entry<Key, Location> next = keys.remove();
      some.add(forget(next.getKey(), next.getValue()));
    }
    return Future.all(some).compose(done -> pace.rest(began, 0));
  }

  private Future<Void> forget(Key key, Location at) {
    if (at.only() != null) {
      return isMinted(at.only()) ? Future.succeededFuture() : drop(key, at);
    }
    return store
        .salvage(key)
        .compose(
            state ->
                state.siblings().context().mentions(store.identity().actor()) || mustWait()
                    ? Future.succeededFuture()
                    : drop(key, at));
  }

  private Future<Void> drop(Key key, Location at) {
    forgotten++;
    return shard.tenure().counted(store.drop(key, at)).mapEmpty();
  }
}
