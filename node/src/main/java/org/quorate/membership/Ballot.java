package org.quorate.membership;

import java.util.Comparator;

/**
 * The number of an attempt to decide: no two proposers ever use the same.
 *
 * @param round from 1
 */
record Ballot(long round, String proposer) implements Comparable<Ballot> {
  static final Ballot NONE = new Ballot(0, "");

  private static final Comparator<Ballot> ORDER =
      Comparator.comparingLong(Ballot::round).thenComparing(Ballot::proposer);

  @Override
  public int compareTo(Ballot other) {
    return ORDER.compare(this, other);
  }
}
