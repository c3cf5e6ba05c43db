package org.quorate.sim;

/** What can go wrong in a run. */
enum Fault {
  /** Two groups of nodes do not reach each other, or only one way. */
  CUT(1),
  /** A way between two nodes comes and goes. */
  FLAP(1),
  /** A way holds what is sent, and lets it go at once. */
  CLOG(1),
  /** Frames are lost, doubled and late. */
  FRAMES(1),
  /** Connections break, some for one side only. */
  RESET(1),
  /** A member accuses another, falsely. */
  SLANDER(1),
  /** A way is slow. */
  SLOW_WAY(1),
  /** A process is killed. */
  KILL(1),
  /** A machine loses power at one of its next disk operations. */
  POWER_CUT(1),
  /** All machines lose power at once. */
  BLACKOUT(0.5),
  /** A process stands still. */
  PAUSE(1),
  /** A node is stopped in good order and started again. */
  RESTART(1),
  /** A node starts with an empty disk. */
  WIPE(0.3),
  /** A node starts with the disk of an earlier stop. */
  RESTORE(0.3),
  /** A bit of a file changes. */
  FLIP(0.3),
  /** A disk is full, or nearly. */
  DISK_FULL(1),
  /** A disk fails to sync. */
  SYNC_FAILS(1),
  /** A wall clock is wrong by up to an hour, and jumps. */
  CLOCK(1),
  /** Many more requests than usual come at once, with large values. */
  BURST(0.2),
  /** A disk is slow. */
  SLOW_DISK(1),
  /** A node's loops are slow. */
  SLOW_NODE(1),
  /** A new node asks to be let in. */
  JOIN(0.5),
  /** A member is told to leave. */
  LEAVE(0.5),
  /** A member is lost for good, and replaced by a new node. */
  REPLACE(0.3),
  /** An operator aborts the change that is under way. */
  ABORT(0.5),
  /** Operators on both sides of a cut want different things. */
  RIVALS(0.5),
  /** A bucket that nobody uses is to have an n of its own. */
  FOUND(0.5);

  /** A change of the cluster's members. */
  boolean isChange() {
    return compareTo(JOIN) >= 0;
  }

  /** How much more or less often than others a run has it. */
  final double weight;

  Fault(double weight) {
    this.weight = weight;
  }
}
