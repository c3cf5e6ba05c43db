package org.quorate.membership;

import org.quorate.gossip.State;
import org.quorate.gossip.View;

/** What is believed of one node now; readable by any thread. */
public final class Standing {
  private volatile State state = State.DEAD;
  private volatile boolean draining;

  void set(View view) {
    state = view.state();
    draining = view.member().draining();
  }

  void set(State now) {
    state = now;
  }

  State state() {
    return state;
  }

  /** It is to be counted on; a node that was never seen is not. */
  public boolean isLiving() {
    return state.isLiving();
  }

  /** Somebody did not reach it, and it has not refuted that yet. */
  public boolean isSuspect() {
    return state == State.SUSPECT;
  }

  /** It said that it is about to stop. */
  public boolean isDraining() {
    return draining;
  }
}
