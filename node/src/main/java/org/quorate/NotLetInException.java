package org.quorate;

/** This node is no member of the cluster, and asking again is of no use. */
public final class NotLetInException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotLetInException(String message) {
    super(message, null, false, false);
  }
}
