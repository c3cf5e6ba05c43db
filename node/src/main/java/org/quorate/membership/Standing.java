package org.quorate.membership;

import org.quorate.gossip.State;

/** What is believed of one node now; readable by any thread. */
public final class Standing {
  private volatile State state = State.DEAD;

  void set(State now) {
    state = now;
  }

  /** It is to be counted on; a node that was never seen is not. */
  public boolean isLiving() {
    return state.isLiving();
  }

  /** Somebody did not reach it, and it has not refuted that yet. */
  public boolean isSuspect() {
    return state == State.SUSPECT;
  }
}
