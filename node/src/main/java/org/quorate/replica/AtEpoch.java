package org.quorate.replica;

import io.vertx.core.Future;
import java.util.function.Supplier;
import org.quorate.version.Key;
import org.quorate.version.State;

/**
 * This node as an owner under one state of the cluster: refuses what comes under a state that is
 * older than what it knows of the key's partition, and all while it has not caught up.
 *
 * @param epoch of the state by which the caller chose this node
 * @param met of the state that the caller knew when it reached this node, which may have been away
 *     before: then it knows neither the owners nor in what layer the key is
 */
public record AtEpoch(LocalReplica replica, long epoch, long met) implements Replica {
  private <T> Future<T> unlessStale(Key key, Supplier<Future<T>> verb) {
    if (!replica.knows(met)) {
      return Future.failedFuture(new ReplicaException(Failure.NOT_READY));
    }
    return replica.isStale(key, epoch)
        ? Future.failedFuture(new ReplicaException(Failure.STALE_EPOCH))
        : verb.get();
  }

  @Override
  public Future<Reading> read(Key key, long knownDigest, long deadline) {
    return replica.isBehind(key, epoch)
        ? Future.failedFuture(new ReplicaException(Failure.NOT_READY))
        : unlessStale(key, () -> replica.read(key, knownDigest, deadline));
  }

  @Override
  public Future<State> salvage(Key key, long deadline) {
    return replica.salvage(key, deadline);
  }

  @Override
  public Future<Minted> put(Key key, Write write, long deadline) {
    return unlessStale(key, () -> replica.put(key, write, deadline));
  }

  @Override
  public Future<Void> merge(Key key, State state, long basis, long deadline) {
    return unlessStale(key, () -> replica.merge(key, state, basis, deadline));
  }

  @Override
  public Future<Integer> handOff(Key key, State state, long deadline) {
    return unlessStale(key, () -> replica.handOff(key, state, deadline));
  }

  @Override
  public Future<Void> hint(Key key, String target, long deadline) {
    return replica.hint(key, target, deadline);
  }
}
