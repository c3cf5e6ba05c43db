package org.quorate;

import org.quorate.membership.Chain;
import org.quorate.peer.Local;
import org.quorate.runtime.Loop;

/**
 * What those who talk to peers want to know of the chain, and tell it.
 *
 * @param loop the chain's
 */
record KnownStates(Chain chain, Loop loop) implements Local.States {
  @Override
  public long epoch() {
    return chain.state().epoch();
  }

  @Override
  public void heard(String peer, long epoch) {
    if (epoch > epoch()) {
      loop.execute(() -> chain.heard(peer, epoch));
    }
  }

  @Override
  public void met(String peer, long epoch) {
    if (epoch != epoch()) {
      loop.execute(() -> chain.met(peer, epoch));
    }
  }

  @Override
  public void catchUp(String peer) {
    loop.execute(() -> chain.catchUp(peer));
  }
}
