package org.quorate.gossip;

/**
 * What is believed of a member now.
 *
 * @param accuser who suspected it or declared it dead; empty if it is alive, its own name if it
 *     left
 * @param sinceNanos when this was first believed here, in the time of the calls
 */
public record View(Member member, State state, long incarnation, String accuser, long sinceNanos) {
  /** A member to look for: it counts as dead until it is found. */
  public static View seed(String name, String address, String zone) {
    return new View(Member.seed(name, address, zone), State.DEAD, 0, "", 0);
  }
}
