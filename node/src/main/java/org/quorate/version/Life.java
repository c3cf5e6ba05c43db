package org.quorate.version;

/**
 * A node's actor with a lease of it, by which others recognise the node's disk.
 *
 * @param lease above every counter that the actor may have used by then
 */
public record Life(long actor, long lease) {
  /** Of a node that was never heard of. */
  public static final Life NONE = new Life(0, 0);
}
