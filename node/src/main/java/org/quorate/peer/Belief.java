package org.quorate.peer;

/** What is believed of a node, whether or not it can be reached. */
public interface Belief {
  boolean isLiving();

  /** It may be dead, or said that it is about to stop: others are asked first. */
  boolean isLastChoice();
}
