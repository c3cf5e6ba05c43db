package org.quorate.coordinator;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The sets of owners in each of which an operation needs a quorum, by their places on its list:
 * one, or two while a partition moves, which mostly share members.
 *
 * @param owners on the list
 */
record Groups(int owners, List<int[]> sets) {
  /** Single sets of the usual sizes, which each operation needs one of. */
  private static final List<Groups> ONES = IntStream.range(0, 8).mapToObj(Groups::ofAll).toList();

  /** One set of all. */
  static Groups one(int owners) {
    return owners < ONES.size() ? ONES.get(owners) : ofAll(owners);
  }

  private static Groups ofAll(int owners) {
    return new Groups(owners, List.of(IntStream.range(0, owners).toArray()));
  }

  /** Owners in a set. */
  int n() {
    return sets.get(0).length;
  }

  /** How many there are in the set that has the fewest. */
  int least(IntPredicate counts) {
    int least = Integer.MAX_VALUE;
    for (int[] set : sets) {
      int count = 0;
      for (int owner : set) {
        count += counts.test(owner) ? 1 : 0;
      }
      least = Math.min(least, count);
    }
    return least;
  }

  /** Whether the owner is in a set in which fewer than so many count. */
  boolean isNeeded(int owner, int required, IntPredicate counts) {
    for (int[] set : sets) {
      int count = 0;
      boolean isMember = false;
      for (int each : set) {
        count += counts.test(each) ? 1 : 0;
        isMember |= each == owner;
      }
      if (isMember && count < required) {
        return true;
      }
    }
    return false;
  }

  /** In how many sets the owner is. */
  int memberships(int owner) {
    return (int)
        sets.stream().filter(set -> Arrays.stream(set).anyMatch(each -> each == owner)).count();
  }
}
