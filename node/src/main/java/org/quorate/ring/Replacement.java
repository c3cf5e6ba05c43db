package org.quorate.ring;

import java.util.Set;
import org.quorate.ring.Transition.Kind;

/** The change that {@link ClusterState#replace} makes. */
final class Replacement {
  private Replacement() {}

  static ClusterState of(ClusterState state, String dead, Member by) {
    Transition moving = state.transition();
    if (state.isUnderWay(Kind.REPLACE, dead) && moving != null && moving.by().equals(by.name())) {
      return state;
    }
    if (by.name().equals(dead)) {
      throw ClusterState.invalid(
          "replacement of " + dead + " by " + by.name() + ": that is the same node");
    }
    if (moving != null && moving.lost().contains(by.name())) {
      throw ClusterState.invalid(by + " is refused: a member of this name is being given up");
    }
    boolean isJoining = state.isUnderWay(Kind.JOIN, by.name());
    if (!isJoining && !state.mayWaitForTheLost()) {
      state.requireCalm("replacement of " + dead);
    }
    state.member(dead);
    if (!state.nodes().contains(by)) {
      state.requireNew(by, dead);
    }
    Ring goal = isJoining ? state.ring() : state.goal();
    String place = state.isUnderWay(Kind.REPLACE, dead) && moving != null ? moving.by() : dead;
    if (!goal.hasMember(place)) {
      throw ClusterState.invalid(
          "replacement of "
              + dead
              + " is refused: it has no place in the ring to come; give it up");
    }
    Ring target = goal.hasMember(by.name()) ? goal.without(place) : goal.replacing(place, by);
    state.requireOwners("replacement of " + dead, target);
    Set<String> lost = state.lostAnd(dead);
    return Transition.begin(state, Kind.REPLACE, dead, by.name(), state.inBetween(), target, lost);
  }
}
