package org.quorate;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;
import org.quorate.membership.Membership;
import org.quorate.peer.Peers;
import org.quorate.ring.Member;
import org.quorate.runtime.Loop;
import org.quorate.storage.Identity;

/** How a node settles who it is among its peers, before it mints its first dot. */
final class Beginning {
  private static final long CONFIRM_MILLIS = 1000;
  private static final long REACH_MILLIS = 2000;
  private static final long INTRODUCE_MILLIS = 3000;

  private final String name;
  private final List<Member> nodes;
  private final Loop loop;
  private final Ports ports;
  private final Peers peers;
  private final Membership membership;
  private final Identity identity;
  private final Supplier<Future<Void>> caughtUp;
  private final boolean isSound;

  /**
   * @param nodes of the cluster
   * @param caughtUp completes when this node knows the newest state of the cluster
   * @param isSound whether the log is as it was left
   */
  Beginning(
      String name,
      List<Member> nodes,
      Loop loop,
      Ports ports,
      Peers peers,
      Membership membership,
      Identity identity,
      Supplier<Future<Void>> caughtUp,
      boolean isSound) {
    this.name = name;
    this.nodes = nodes;
    this.loop = loop;
    this.ports = ports;
    this.peers = peers;
    this.membership = membership;
    this.identity = identity;
    this.caughtUp = caughtUp;
    this.isSound = isSound;
  }

  /**
   * Completes when the node may mint; fails with {@link org.quorate.membership.NameTakenException}
   * if another has its name.
   */
  Future<Void> begin() {
    boolean mayContinue = identity.mayContinue() && isSound;
    return Tasks.onLoop(loop, () -> reach(mayContinue).compose(any -> introduce()))
        .compose(introduced -> caughtUp.get())
        .compose(known -> Tasks.onLoop(loop, () -> confirmed(mayContinue)))
        .compose(
            confirmed ->
                Tasks.inBackground(ports.writer(), () -> identity.lease(confirmed))
                    .compose(leased -> Tasks.onLoop(loop, () -> tellLease(confirmed))))
        .map(
            noted -> {
              identity.begin(noted);
              identity.onLease(() -> loop.execute(peers::tellLease));
              return null;
            });
  }

  /** To go on as before all must be reached; else it is enough to know who can be. */
  private Future<Void> reach(boolean mayContinue) {
    return mayContinue ? peers.reached(CONFIRM_MILLIS) : peers.tried(REACH_MILLIS);
  }

  private Future<Boolean> confirmed(boolean mayContinue) {
    return Future.succeededFuture(mayContinue && peers.confirm(identity.lease()));
  }

  /** Waits for some member to know this node, if one is reached: its name may be taken. */
  private Future<Void> introduce() {
    boolean reachesSome =
        nodes.stream()
            .map(Member::name)
            .anyMatch(member -> !member.equals(name) && peers.isConnected(member));
    return membership.introduced(reachesSome ? INTRODUCE_MILLIS : 1);
  }

  /**
   * Completes when all members that can be reached have noted the lease: from then on they would
   * know an older copy of this disk for what it is, so that this node may acknowledge writes.
   *
   * @param goesOn whether all members must have noted it for the actor to go on
   */
  private Future<Boolean> tellLease(boolean goesOn) {
    return peers.tellLease().map(true).otherwise(!goesOn);
  }
}
