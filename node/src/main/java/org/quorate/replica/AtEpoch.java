package org.quorate.replica;

import io.vertx.core.Future;
import java.util.function.Supplier;
import org.quorate.version.Key;
import org.quorate.version.State;

/**
 * This node as an owner under one state of the cluster: refuses what comes under a state that is
 * older than what it knows of the key's partition.
 *
 * @param epoch of the state by which the caller chose this node
 */
public record AtEpoch(LocalReplica replica, long epoch) implements Replica {
  private <T> Future<T> unlessStale(Key key, Supplier<Future<T>> verb) {
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
