package org.quorate.version;

/**
 * This node's actor and what it knows of others': a lease is the counter that an actor's node has
 * promised to stay below. Callable from any thread.
 */
public interface ActorLeases {
  long actor();

  /** Above every counter that the actor may have used. */
  long lease();

  /** The highest lease known of an actor, 0 if none is. */
  long leaseOf(long actor);

  /** Remembers an actor's lease if it is the highest known. */
  void noteLease(long actor, long lease);

  /** The same; {@code durable} runs, on any thread, when the lease survives a crash. */
  void noteLease(long actor, long lease, Runnable durable);
}
