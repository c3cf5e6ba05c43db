package org.quorate.membership;

/** Another running node of the cluster has this node's name, and answered. */
public final class NameTakenException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NameTakenException(String name, String address) {
    super("the name '" + name + "' is taken by the running node at " + address);
  }
}
