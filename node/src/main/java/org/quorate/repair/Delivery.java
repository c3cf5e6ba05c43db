package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.quorate.replica.Cluster;
import org.quorate.replica.Cluster.Owner;
import org.quorate.replica.Cluster.Preference;
import org.quorate.replica.LocalReplica;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Tracing;
import org.quorate.version.Key;
import org.quorate.version.State;

/** Sends others what this node has of the keys of one loop. */
public final class Delivery {
  private static final long TIMEOUT_NANOS = 2_000_000_000;

  /** The target was not asked, so it said nothing of how much it takes. */
  private static final Future<Integer> NOTHING_TO_SEND =
      Future.succeededFuture(LocalReplica.MAX_HAND_OFFS);

  /** This node could not read its own copy: no fault of the target's. */
  static final class UnreadableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableException(Throwable cause) {
      super(cause);
    }
  }

  private final Loop loop;
  private final LocalReplica own;
  private final Cluster cluster;
  private final Clock clock;
  private final Tracing tracing;

  public Delivery(Loop loop, LocalReplica own, Cluster cluster, Clock clock, Tracing tracing) {
    this.tracing = tracing;
    this.loop = loop;
    this.own = own;
    this.cluster = cluster;
    this.clock = clock;
  }

  Loop loop() {
    return loop;
  }

  /**
   * Sends the target what this node has of the key now; completes with how many of these the target
   * is ready for. Called on the loop.
   *
   * <p>A node that is no owner of the key sends it to all owners, and forgets it when all have it:
   * one that got it later could not get it from here any more. To a target that owns the key no
   * more nothing is owed.
   */
  Future<Integer> deliver(Key key, String target) {
    return tracing.work("hint delivery", target, () -> send(key, target));
  }

  private Future<Integer> send(Key key, String target) {
    long deadline = deadline();
    Set<Owner> owners = owners(key);
    boolean isOwner = isOwner(key);
    Optional<Owner> to = owners.stream().filter(o -> o.name().equals(target)).findFirst();
    if (to.isEmpty() && isOwner) {
      return NOTHING_TO_SEND;
    }
    return own.copy(key)
        .recover(e -> Future.failedFuture(new UnreadableException(e)))
        .compose(
            state -> {
              if (state.siblings().isEmpty()) {
                return NOTHING_TO_SEND;
              }
              Future<Integer> sent =
                  to.map(owner -> owner.replica().handOff(key, state, deadline))
                      .orElse(NOTHING_TO_SEND);
              return isOwner ? sent : sent.compose(c -> leave(key, state, target, owners, c));
            });
  }

  /** Not while this node is only to be one: the present owners fetch nothing from it. */
  private boolean isOwner(Key key) {
    Preference preference = cluster.preference(key);
    return preference.now().stream().limit(preference.n()).anyMatch(owner -> owner.local() != null);
  }

  /** The key's owners, and those that are to be. */
  private Set<Owner> owners(Key key) {
    Preference preference = cluster.preference(key);
    Set<Owner> owners = new LinkedHashSet<>();
    preference.now().stream().limit(preference.n()).forEach(owners::add);
    preference.next().stream().limit(preference.n()).forEach(owners::add);
    return owners;
  }

  /** Hands a key that this node does not own to the rest of its owners, and forgets it. */
  private Future<Integer> leave(
      Key key, State state, String target, Set<Owner> owners, int credits) {
    long deadline = deadline();
    List<Future<Boolean>> all = new ArrayList<>();
    for (Owner owner : owners) {
      if (owner.local() == null && !owner.name().equals(target)) {
        all.add(
            owner
                .replica()
                .handOff(key, state, deadline)
                .map(true)
                .recover(e -> own.hint(key, owner.name(), deadline()).map(false)));
      }
    }
    return Future.all(all)
        .compose(
            sent ->
                sent.list().contains(false)
                    ? Future.succeededFuture()
                    : own.forget(key, state).otherwiseEmpty())
        .map(credits);
  }

  private long deadline() {
    return clock.nanos() + TIMEOUT_NANOS;
  }
}
