package org.quorate.membership;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.quorate.ring.ClusterState;

/**
 * One ballot of a proposer: the answers to it, and what they amount to. Pure.
 *
 * <pre>
 *  PREPARING ── a majority has promised ──► ACCEPTING ── a majority has accepted ──► DECIDED
 *      └──────── too many refuse ──► LOST ◄──── too many refuse ────┘
 * </pre>
 *
 * <p>Invariant: once a majority has promised, the value is that of the highest ballot that any of
 * them had accepted, and the proposer's own only if there is none.
 */
final class Proposal {
  /** How far the ballot is. */
  enum Phase {
    PREPARING,
    ACCEPTING,
    DECIDED,
    LOST
  }

  private final Set<String> voters;
  private final Ballot ballot;
  private final Set<String> yes = new HashSet<>();
  private final Set<String> no = new HashSet<>();
  private ClusterState value;
  private Ballot highest = Ballot.NONE;
  private Phase phase = Phase.PREPARING;

  Proposal(Collection<String> voters, Ballot ballot, ClusterState own) {
    this.voters = new TreeSet<>(voters);
    this.ballot = ballot;
    this.value = own;
  }

  Set<String> voters() {
    return voters;
  }

  Ballot ballot() {
    return ballot;
  }

  Phase phase() {
    return phase;
  }

  /** What is to be accepted. */
  ClusterState value() {
    return value;
  }

  /** The voter promised, and has accepted this before. */
  void promised(String voter, Ballot acceptedBallot, @Nullable ClusterState acceptedValue) {
    if (phase != Phase.PREPARING || !voters.contains(voter) || !yes.add(voter)) {
      return;
    }
    if (acceptedValue != null && acceptedBallot.compareTo(highest) > 0) {
      highest = acceptedBallot;
      value = acceptedValue;
    }
    if (isMajority()) {
      phase = Phase.ACCEPTING;
      yes.clear();
      no.clear();
    }
  }

  void accepted(String voter) {
    if (phase == Phase.ACCEPTING && voters.contains(voter)) {
      yes.add(voter);
      if (isMajority()) {
        phase = Phase.DECIDED;
      }
    }
  }

  /**
   * The voter did not vote for this.
   *
   * @param asked the phase in which it was asked
   */
  void refused(String voter, Phase asked) {
    if (phase == asked && !yes.contains(voter) && voters.contains(voter)) {
      no.add(voter);
      if (2 * (voters.size() - no.size()) <= voters.size()) {
        phase = Phase.LOST;
      }
    }
  }

  private boolean isMajority() {
    return 2 * yes.size() > voters.size();
  }
}
