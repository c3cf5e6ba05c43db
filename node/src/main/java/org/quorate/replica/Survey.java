package org.quorate.replica;

import io.vertx.core.Future;
import java.util.List;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Founding;
import org.quorate.ring.Ground;
import org.quorate.runtime.Listen;
import org.quorate.storage.Store;
import org.quorate.version.CausalContext;

/**
 * Whether one loop has keys of the bucket that is being founded, and has what it takes for those to
 * come. Looked for once no update of an earlier state is in progress: from then on none can come,
 * since {@link LocalReplica} takes nothing of the bucket.
 *
 * <p>If no bucket has that n yet, nothing can have been forgotten of its layer, so its partitions
 * are whole. Else they are as whole as they were. Called on the loop.
 */
public final class Survey {
  private static final int AT_ONCE = 8;
  private static final long PREPARED_MILLIS = 20;

  private final Store store;
  private final Shard shard;
  private long surveyed;
  private Ground ground = Ground.UNKNOWN;

  Survey(Store store, Shard shard) {
    this.store = store;
    this.shard = shard;
  }

  /** What is known now; begins to look if that was not done yet. */
  public Ground ground() {
    Founding founding = state().founding();
    if (founding == null || shard.tenure().settledEpoch() < founding.since()) {
      return Ground.UNKNOWN;
    }
    if (surveyed != founding.since()) {
      surveyed = founding.since();
      ground = Ground.UNKNOWN;
      look(founding, 0);
    }
    return ground;
  }

  private ClusterState state() {
    return shard.tenure().state();
  }

  /** One partition at each turn of the loop. */
  private void look(Founding founding, int slot) {
    if (surveyed != founding.since()) {
      return;
    }
    if (slot == state().ring().slots()) {
      prepare(founding);
    } else if (!shard.tenure().isOfLoop(slot)) {
      look(founding, slot + 1);
    } else if (!store.isWhole(slot)) {
      surveyed = 0;
    } else if (shard.tenure().hasKeyOf(founding.bucket(), slot)) {
      ground = Ground.TAKEN;
    } else {
      store.loop().execute(() -> look(founding, slot + 1));
    }
  }

  private void prepare(Founding founding) {
    if (surveyed != founding.since()) {
      return;
    }
    int n = founding.properties().n();
    boolean isFresh = !state().layered().containsValue(n);
    List<Partition> lacking =
        shard.partitions().stream()
            .filter(partition -> isFresh && state().copies(partition.number()) == n)
            .filter(partition -> !shard.isWhole(partition))
            .limit(AT_ONCE)
            .toList();
    if (lacking.isEmpty()) {
      shard.tenure().clear(founding.bucket());
      ground = Ground.CLEAR;
    } else if (!lacking.stream().map(shard::isPrepared).reduce(true, Boolean::logicalAnd)) {
      store.loop().after(PREPARED_MILLIS, () -> prepare(founding));
    } else if (shard.isRefilled()) { // It may have forgotten what it had of the layer.
      surveyed = 0;
    } else {
      Listen.to(
          Future.all(
              lacking.stream().map(each -> shard.complete(each, CausalContext.EMPTY)).toList()),
          store.loop(),
          whole -> prepare(founding),
          e -> surveyed = 0);
    }
  }
}
