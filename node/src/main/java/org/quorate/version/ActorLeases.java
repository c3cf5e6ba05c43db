package org.quorate.version;

/**
 * This node's actor and what it knows of others': a lease is the counter that an actor's node has
 * promised to stay below. Callable from any thread.
 */
public interface ActorLeases {
  long actor();

  /** Above every counter that the actor may have used. */
  long lease();

  /** The actor and lease that survive a crash. */
  Life durable();

  /** The highest lease known of an actor, 0 if none is. */
  long leaseOf(long actor);

  /** The last life that a node of this name told of, {@link Life#NONE} if none did. */
  Life lastOf(String node);

  /** Whether this node's disk knows of a life that others remember of this node's name. */
  boolean recalls(Life told);

  /** Remembers an actor's lease if it is the highest known. */
  void noteLease(long actor, long lease);

  /**
   * The same, as the last life of a node; {@code durable} runs, on any thread, when that survives a
   * crash.
   */
  void noteLease(String node, Life life, Runnable durable);
}
