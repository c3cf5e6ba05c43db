package org.quorate.replica;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.storage.Change;
import org.quorate.storage.StorageException;
import org.quorate.storage.Store;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;
import org.quorate.version.Version;

/** This node as an owner, for the keys of one event loop; called on that loop. */
public final class LocalReplica implements Replica {
  /** A write that would leave more siblings is refused. */
  public static final int MAX_SIBLINGS = 100;

  /** The most hand-offs that are in progress with one peer. */
  public static final int MAX_HAND_OFFS = 8;

  private final Store store;
  private final Shard shard;
  private final Clock clock;
  private final HintSink hints;

  public LocalReplica(Store store, Shard shard, Clock clock, HintSink hints) {
    this.hints = hints;
    this.store = store;
    this.shard = shard;
    this.clock = clock;
  }

  /** Whether the key's owners have changed since the state of the cluster of this epoch. */
  boolean isStale(Key key, long epoch) {
    return shard.tenure().isStale(key, epoch);
  }

  /** Whether this node has taken up the state of the cluster of this epoch. */
  boolean knows(long epoch) {
    return shard.tenure().epoch() >= epoch;
  }

  /** Whether this node may own the key under a state that it does not know yet. */
  boolean isBehind(Key key, long epoch) {
    return epoch > shard.tenure().epoch() && shard.of(key) == null;
  }

  /**
   * The digest of what is held, 0 for nothing.
   *
   * @throws ReplicaException DAMAGED, or NOT_READY while the key's partition is being refilled
   */
  public long digest(Key key) {
    if (!isServing(key)) {
      throw new ReplicaException(Failure.NOT_READY);
    }
    try {
      return store.digest(key);
    } catch (StorageException e) {
      throw translate(e);
    }
  }

  @Override
  public Future<Reading> read(Key key, long knownDigest, long deadline) {
    if (isPast(deadline)) {
      return failed(Failure.EXPIRED);
    }
    boolean mayBeBehind = !store.identity().hasBegun() && shard.isStranger(key);
    if (!isServing(key) || mayBeBehind) {
      return failed(Failure.NOT_READY);
    }
    if (knownDigest != 0) {
      try {
        if (store.digest(key) == knownDigest) {
          return Future.succeededFuture(new Reading(null, knownDigest));
        }
      } catch (StorageException e) {
        return Future.failedFuture(translate(e));
      }
    }
    return store
        .read(key)
        .map(state -> new Reading(state, state.digest()))
        .recover(e -> Future.failedFuture(translate(e)));
  }

  @Override
  public Future<State> salvage(Key key, long deadline) {
    return isPast(deadline)
        ? failed(Failure.EXPIRED)
        : store.salvage(key).recover(e -> Future.failedFuture(translate(e)));
  }

  @Override
  public Future<Minted> put(Key key, Write write, long deadline) {
    if (isPast(deadline)) {
      return failed(Failure.EXPIRED);
    }
    if (!store.identity().hasBegun() || !isServing(key)) {
      return failed(Failure.NOT_READY);
    }
    try {
      store.requireRoom();
    } catch (StorageException e) {
      return Future.failedFuture(translate(e));
    }
    Minting minting = new Minting(write);
    Listen.to(
        shard.tenure().counted(store.update(key, minting)),
        store.loop(),
        stored -> minting.settle(null),
        minting::settle);
    return minting.minted.future();
  }

  /** A write on its way through the store: known when minted, durable later. */
  private final class Minting implements Change {
    private final Write write;
    private final Promise<Minted> minted = Promise.promise();
    private final Promise<Void> durable = Promise.promise();

    Minting(Write write) {
      this.write = write;
    }

    @Override
    public @Nullable State fromOnly(Dot only, long digest) {
      CausalContext seen = write.seen();
      boolean supersedes = seen == null || seen.covers(only);
      return supersedes ? write(Siblings.after(only), digest) : null;
    }

    @Override
    public State from(State current) {
      return write(current.siblings(), current.digest());
    }

    private State write(Siblings before, long digest) {
      CausalContext seen = write.seen() == null ? before.context() : write.seen();
      long remaining = before.versions().stream().filter(v -> !seen.covers(v.dot())).count();
      if (remaining + 1 > MAX_SIBLINGS) {
        throw new ReplicaException(Failure.TOO_MANY_SIBLINGS);
      }
      Dot dot = mint(before.context(), seen);
      Siblings after = before.write(seen, version(dot));
      State state = State.of(after);
      minted.complete(new Minted(digest, after.contextOfWrite(seen, dot), state, durable.future()));
      return state;
    }

    /**
     * A context with dots that were never minted is forged or of a lost disk: it must mask nothing.
     */
    private Dot mint(CausalContext held, CausalContext seen) {
      Dot dot = store.identity().mint();
      if (!held.covers(dot) && !seen.covers(dot)) {
        return dot;
      }
      store.identity().renew("a context covers dots that this node never minted");
      return store.identity().mint();
    }

    private Version version(Dot dot) {
      long now = clock.wallMillis();
      return write.delete()
          ? Version.tombstone(dot, now)
          : new Version(dot, now, false, write.headers(), write.value());
    }

    void settle(@Nullable Throwable problem) {
      if (problem == null) {
        durable.complete();
      } else if (!minted.tryFail(translate(problem))) {
        store.identity().renew("a write that was minted here was not stored");
        durable.fail(translate(problem));
      }
    }
  }

  @Override
  public Future<Void> merge(Key key, State state, long basis, long deadline) {
    if (isPast(deadline)) {
      return failed(Failure.EXPIRED);
    }
    boolean hasBegun = store.identity().hasBegun(); // An old copy could forget it unnoticed.
    if (!hasBegun || shard.tenure().isFounding(key)) {
      return failed(Failure.NOT_READY);
    }
    return shard
        .tenure()
        .counted(store.update(key, new Merging(state, basis, () -> shard.horizon(key))))
        .<Void>mapEmpty()
        .recover(e -> Future.failedFuture(translate(e)));
  }

  /**
   * What is held, for another node: it is not kept in memory, where it would displace what is read.
   */
  public Future<State> copy(Key key) {
    return store.read(key, false).recover(e -> Future.failedFuture(translate(e)));
  }

  @Override
  public Future<Integer> handOff(Key key, State state, long deadline) {
    return merge(key, state, 0, deadline).map(MAX_HAND_OFFS);
  }

  @Override
  public Future<Void> hint(Key key, String target, long deadline) {
    if (isPast(deadline)) {
      return failed(Failure.EXPIRED);
    }
    if (shard.isStranger(key)) { // What it took in the place of another is forgotten already.
      return failed(Failure.FAILED);
    }
    return shard.noting(hints.add(key, target).recover(e -> Future.failedFuture(translate(e))));
  }

  /**
   * Drops a key that this node does not own, and that all its owners were sent in this state,
   * unless it has changed since.
   *
   * <p>Not where this node minted a dot of it: its next one would claim to have seen all before.
   */
  public Future<Void> forget(Key key, State sent) {
    return sent.siblings().context().mentions(store.identity().actor()) || shard.of(key) != null
        ? Future.succeededFuture()
        : shard.tenure().counted(store.forget(key, sent.digest())).mapEmpty();
  }

  /**
   * Joins what another owner holds into what is held here. That owner's horizon tells what it has
   * seen superseded: versions in it that are not in its state go here too.
   *
   * @param theirs {@link State#EMPTY} if it holds nothing of the key
   */
  public Future<State> pull(Key key, State theirs, CausalContext theirHorizon) {
    if (shard.tenure().isFounding(key)) {
      return failed(Failure.NOT_READY);
    }
    Merging merging = new Merging(theirs, 0, () -> shard.horizon(key));
    return shard
        .tenure()
        .counted(store.update(key, new Pulling(merging, theirHorizon)))
        .recover(e -> Future.failedFuture(translate(e)));
  }

  /** A merge with what its owner has seen besides. */
  private record Pulling(Merging merging, CausalContext theirHorizon) implements Change {
    @Override
    public @Nullable State fromDigest(long digest) {
      return merging.fromDigest(digest);
    }

    @Override
    public @Nullable State fromOnly(Dot only, long digest) {
      return merging.fromOnly(only, digest);
    }

    @Override
    public State from(State current) {
      Siblings mine = current.siblings().without(theirHorizon, merging.state().siblings());
      return merging.from(mine.equals(current.siblings()) ? current : State.of(mine));
    }
  }

  private boolean isServing(Key key) {
    return shard.isServing(key) && !shard.tenure().isFounding(key);
  }

  private boolean isPast(long deadline) {
    return deadline - clock.nanos() < 0;
  }

  private static <T> Future<T> failed(Failure failure) {
    return Future.failedFuture(new ReplicaException(failure));
  }

  /** A future would swallow an {@link Error}, which must end the process. */
  private ReplicaException translate(Throwable e) {
    if (e instanceof ReplicaException known) {
      return known;
    }
    if (e instanceof Error error) {
      Listen.rethrow(store.loop(), error);
    }
    if (e instanceof StorageException problem) {
      return new ReplicaException(
          switch (problem.reason()) {
            case OVERLOADED -> Failure.OVERLOADED;
            case DISK_FULL -> Failure.DISK_FULL;
            case DAMAGED -> Failure.DAMAGED;
            case FAILED -> Failure.FAILED;
          });
    }
    return new ReplicaException(Failure.FAILED);
  }
}
