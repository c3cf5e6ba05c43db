package org.quorate.peer;

import org.quorate.version.ActorLeases;

/**
 * This node, as it presents itself to peers.
 *
 * @param epoch of its ring
 */
public record Local(String cluster, String node, long epoch, ActorLeases leases) {
  /** What to say to a node of this name, whose actor may be known by now. */
  Hello hello(String listener, long listenerActor) {
    return new Hello(
        Hello.PROTOCOL,
        cluster,
        node,
        listener,
        epoch,
        leases.actor(),
        leases.lease(),
        leases.leaseOf(listenerActor));
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
