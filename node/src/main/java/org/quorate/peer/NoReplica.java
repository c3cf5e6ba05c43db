package org.quorate.peer;

import io.vertx.core.Future;
import org.quorate.replica.Failure;
import org.quorate.replica.Replica;
import org.quorate.replica.ReplicaException;
import org.quorate.replica.Write;
import org.quorate.version.Key;
import org.quorate.version.State;

/** An owner that is gone for good: it still counts in its partitions, and never answers. */
enum NoReplica implements Replica {
  INSTANCE;

  private static <T> Future<T> gone() {
    return Future.failedFuture(new ReplicaException(Failure.UNREACHABLE));
  }

  @Override
  public Future<Reading> read(Key key, long knownDigest, long deadline) {
    return gone();
  }

  @Override
  public Future<State> salvage(Key key, long deadline) {
    return gone();
  }

  @Override
  public Future<Minted> put(Key key, Write write, long deadline) {
    return gone();
  }

  @Override
  public Future<Void> merge(Key key, State state, long basis, long deadline) {
    return gone();
  }

  @Override
  public Future<Integer> handOff(Key key, State state, long deadline) {
    return gone();
  }

  @Override
  public Future<Void> hint(Key key, String target, long deadline) {
    return gone();
  }
}
