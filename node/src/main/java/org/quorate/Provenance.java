package org.quorate;

import io.vertx.core.Future;
import java.util.function.BooleanSupplier;
import org.quorate.membership.Chain;
import org.quorate.storage.Identity;
import org.quorate.version.CausalContext;
import org.quorate.version.Life;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node's disk is the first of its name, the one that it was, or another: told by what
 * the other members remember of the name.
 */
final class Provenance {
  private static final Logger LOG = LoggerFactory.getLogger(Provenance.class);
  private static final long ASK_MILLIS = 100;

  private final Lanes lanes;
  private final Identity identity;
  private final Chain chain;
  private final BooleanSupplier stopping;

  Provenance(Lanes lanes, Identity identity, Chain chain, BooleanSupplier stopping) {
    this.lanes = lanes;
    this.identity = identity;
    this.chain = chain;
    this.stopping = stopping;
  }

  /**
   * A peer remembers a life of this name. If the disk knows nothing of it, it is a new disk or an
   * old copy: then nothing on it is sure to be all that there is, until that was fetched.
   */
  Future<Void> recall(String peer, Life last) {
    if (identity.recalls(last)) {
      return Future.succeededFuture();
    }
    identity.succeed();
    LOG.warn("peer {} remembers a life of this node that its disk does not: it is refilled", peer);
    return chain
        .forgot()
        .compose(
            noted ->
                lanes.call(
                    lane -> {
                      lane.antiEntropy().forget();
                      return lane.shard().forgetHorizons();
                    }))
        .onSuccess(forgotten -> identity.own(last));
  }

  /**
   * Nothing can be forgotten on the first disk of a name, of partitions that this node has owned
   * from the first. It is the first if a majority of the members was reached and none of them
   * remembers another; until then this node waits with its answers, not with its start.
   */
  Future<Void> found() {
    Lanes.Lane first = lanes.first();
    return Tasks.onLoop(
        first.loop(),
        () -> {
          if (isMajorityReached()) {
            return complete();
          }
          first.loop().after(ASK_MILLIS, this::foundLater);
          return Future.succeededFuture();
        });
  }

  private void foundLater() {
    if (isMajorityReached()) {
      complete();
    } else if (!stopping.getAsBoolean()) {
      lanes.first().loop().after(ASK_MILLIS, this::foundLater);
    }
  }

  private boolean isMajorityReached() {
    return lanes.first().peers().reached() + 1 > chain.state().nodes().size() / 2;
  }

  private Future<Void> complete() {
    return identity.isFirstOfName()
        ? lanes.call(
            lane ->
                Future.all(
                        lane.shard().partitions().stream()
                            .filter(partition -> !partition.isNewcomer())
                            .map(partition -> lane.shard().complete(partition, CausalContext.EMPTY))
                            .toList())
                    .mapEmpty())
        : Future.succeededFuture();
  }
}
