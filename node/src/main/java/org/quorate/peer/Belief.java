package org.quorate.peer;

/** What is believed of a node, whether or not it can be reached. */
public interface Belief {
  boolean isLiving();

  /** It may be dead, but that is not certain yet. */
  boolean isSuspect();
}
