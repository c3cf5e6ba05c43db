package org.quorate.peer;

import io.vertx.core.Future;
import org.quorate.version.ActorLeases;
import org.quorate.version.Life;

/**
 * This node, as it presents itself to peers.
 *
 * @param memory asked about what peers remember of this node
 * @param states of the cluster
 */
public record Local(String cluster, String node, ActorLeases leases, Memory memory, States states) {
  /** What this node knows of the states of the cluster. Called on any loop. */
  public interface States {
    /** The epoch of the newest. */
    long epoch();

    /** A peer knows the state of this epoch. */
    void heard(String peer, long epoch);

    /** A peer that this node has reached knows the state of this epoch: one of both is told. */
    void met(String peer, long epoch);

    /** A peer refused this node because it knows a newer state: it is to be asked for it. */
    void catchUp(String peer);
  }

  /** What this node does about what others remember of it. */
  public interface Memory {
    /**
     * A peer remembers this life of this node's name. Completes when the peer may remember the
     * present one instead: at once, if this node's disk knows of it.
     */
    Future<Void> recall(String peer, Life last);
  }

  /** What to say to a node of this name, whose actor may be known by now. */
  Hello hello(String listener, long listenerActor) {
    return new Hello(
        Hello.PROTOCOL,
        cluster,
        node,
        listener,
        states.epoch(),
        leases.actor(),
        leases.lease(),
        leases.leaseOf(listenerActor),
        leases.lastOf(listener));
  }

  /** Why a node that says this must be refused, or an empty text. */
  String objection(Hello hello) {
    if (hello.protocol() != Hello.PROTOCOL) {
      return "protocol " + hello.protocol() + ", this node speaks " + Hello.PROTOCOL;
    }
    if (!hello.cluster().equals(cluster)) {
      return "cluster '" + hello.cluster() + "', this node is of '" + cluster + "'";
    }
    if (!hello.listener().equals(node)) {
      return "it wants node '" + hello.listener() + "', this is '" + node + "'";
    }
    return "";
  }
}
