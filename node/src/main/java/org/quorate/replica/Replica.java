package org.quorate.replica;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;
import org.quorate.version.CausalContext;
import org.quorate.version.Key;
import org.quorate.version.State;

/**
 * One owner of keys, whether this node or another. Futures fail with {@link ReplicaException} only,
 * and complete on the caller's loop.
 *
 * <p>Deadlines are in the node's monotonic nanoseconds; work that is reached later is not done.
 */
public interface Replica {
  /**
   * An owner's answer to a read.
   *
   * @param state what it holds, or null if its digest is the one that the reader named
   * @param digest of what it holds
   */
  record Reading(@Nullable State state, long digest) {}

  /**
   * A write that has its dot.
   *
   * @param basis the digest of the key's state before, at the minting owner
   * @param context what the writer has seen after it
   * @param state the key's new state there
   * @param stored completes when the new state is durable there
   */
  record Minted(long basis, CausalContext context, State state, Future<Void> stored) {}

  /** What the owner holds, or that it holds the state with this digest (0: the reader has none). */
  Future<Reading> read(Key key, long knownDigest, long deadline);

  /**
   * What the owner has left of a key, even if it is damaged there: for an owner that mends its own
   * copy from those of all others.
   */
  Future<State> salvage(Key key, long deadline);

  /** Mints a dot for the write and stores it. Completes as soon as the new state is known. */
  Future<Minted> put(Key key, Write write, long deadline);

  /**
   * Joins the state into what the owner holds; completes when that is durable. Idempotent,
   * commutative, associative, and never refused for what the state contains.
   *
   * @param basis the digest of a state that the given one is known to include, 0 for none: an owner
   *     that holds just that needs no look at its own
   */
  Future<Void> merge(Key key, State state, long basis, long deadline);

  /**
   * As {@link #merge}, for what can wait. Completes with the number of these that the owner is
   * ready to have in progress from this node.
   */
  Future<Integer> handOff(Key key, State state, long deadline);

  /**
   * Notes that this other node lacks what the owner holds of the key, and is to be sent it when it
   * can be; completes when that is durable.
   */
  Future<Void> hint(Key key, String target, long deadline);
}
