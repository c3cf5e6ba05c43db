package org.quorate.ring;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A change of the ring that is under way.
 *
 * @param kind what the operator asked for
 * @param node the member that it is about
 * @param by in whose favour, for a replacement, else empty
 * @param since the epoch of the state in which it began
 * @param target the ring to come
 * @param lost members that are gone for good, and counted as disks that are lost
 * @param progress of each partition: {@link #COPYING}, the epoch since which it settles, or {@link
 *     #MOVED}
 */
public record Transition(
    Kind kind,
    String node,
    String by,
    long since,
    Ring target,
    Set<String> lost,
    List<Long> progress) {
  /** New owners fetch the partition. */
  public static final long COPYING = 0;

  /** The partition has its owners of the target ring. */
  public static final long MOVED = -1;

  /** What changes. */
  public enum Kind {
    /** A new member gets its share. */
    JOIN,
    /** A member gives up all that it has. */
    LEAVE,
    /** A new member gets the place of one that is gone. */
    REPLACE,
    /** Everything goes back to what it was before the change. */
    ABORT,
    /** A majority is gone; those that are left take over what there is. */
    FORCE
  }

  /** A change begins: what moves is copied first. */
  static ClusterState begin(
      ClusterState state,
      Kind kind,
      String node,
      String by,
      Ring from,
      Ring target,
      Set<String> lost) {
    List<Long> progress = state.progress(from, target);
    for (int p = 0; p < from.partitions(); p++) {
      boolean moves = progress.get(p) == COPYING;
      Set<String> left = new HashSet<>(Assignment.owners(from.preference(p), state.copies(p)));
      int owners = left.size();
      left.removeAll(lost);
      if (moves && owners > 1 && left.size() < owners - owners / 2) { // Of one nothing can be left.
        throw ClusterState.invalid(
            "without "
                + String.join(", ", lost)
                + " partition "
                + p
                + " has "
                + left.size()
                + " of "
                + owners
                + " owners left, which is no read quorum");
      }
    }
    return state.next(
        from, new Transition(kind, node, by, state.epoch() + 1, target, lost, progress));
  }

  /** Whether the other is the same, however far it is. */
  boolean isSameAs(Transition other) {
    return since == other.since && lost.equals(other.lost) && target.equals(other.target);
  }

  public boolean isMoved(int partition) {
    return progress.get(partition) == MOVED;
  }

  /** Partitions that have their new owners, or never needed others. */
  public int moved() {
    return (int) progress.stream().filter(each -> each == MOVED).count();
  }

  /** {@code join of n4}, {@code replacement of n3 by n7}. */
  public String describe() {
    return switch (kind) {
      case JOIN -> "join of " + node;
      case LEAVE -> "leave of " + node;
      case REPLACE -> "replacement of " + node + " by " + by;
      case ABORT -> "abort of the change of " + node;
      case FORCE -> "forced loss of " + node;
    };
  }
}
