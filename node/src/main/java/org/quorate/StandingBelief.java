package org.quorate;

import org.quorate.membership.Standing;
import org.quorate.peer.Belief;

/** What gossip says of a node, for those who send to it. */
record StandingBelief(Standing standing) implements Belief {
  @Override
  public boolean isLiving() {
    return standing.isLiving();
  }

  @Override
  public boolean isLastChoice() {
    return standing.isSuspect() || standing.isDraining();
  }
}
