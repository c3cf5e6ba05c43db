package org.quorate.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.ring.Transition;

/**
 * The next state of a transition, from what the nodes say of their progress. Pure. DESIGN.md says
 * why each condition is needed.
 *
 * <pre>
 *  a partition that   goes on when
 *  copies             each new owner had all that each source had
 *  settles            each new owner had all that each source had under the settling state, and all
 *                     that hold it have no update of an earlier state in progress
 *  all have moved     all members have let go of what they own no more, and who leaves has no hints
 * </pre>
 */
final class NextStep {
  private final ClusterState state;
  private final Map<String, Progress> progress;

  private NextStep(ClusterState state, Map<String, Progress> progress) {
    this.state = state;
    this.progress = progress;
  }

  /**
   * @param progress of those that answered
   * @return empty if nothing can go on
   */
  static Optional<ClusterState> of(ClusterState state, Map<String, Progress> progress) {
    Transition transition = state.transition();
    if (transition == null) {
      return Optional.empty();
    }
    return new NextStep(state, progress).next(transition);
  }

  private Optional<ClusterState> next(Transition transition) {
    ClusterState next =
        transition.moved() == state.ring().partitions()
            ? mayFinish(transition) ? state.finish() : state
            : state.advance(ready());
    return next.epoch() == state.epoch() ? Optional.empty() : Optional.of(next);
  }

  private List<Integer> ready() {
    List<Integer> ready = new ArrayList<>();
    for (int p = 0; p < state.ring().partitions(); p++) {
      if (state.assignment(p).isMoving() && mayGoOn(p, state.assignment(p))) {
        ready.add(p);
      }
    }
    return ready;
  }

  private boolean mayGoOn(int partition, Assignment assignment) {
    int n = state.copies();
    boolean areReady =
        assignment.newcomers(n).stream()
            .allMatch(
                node ->
                    told(node)
                        .filter(told -> told.epoch() >= state.epoch())
                        .filter(told -> told.ready().contains(partition))
                        .isPresent());
    return areReady
        && (!assignment.isSettling()
            || assignment.holders(n).stream()
                .allMatch(
                    node ->
                        told(node)
                            .filter(told -> told.epoch() >= assignment.settlingSince())
                            .isPresent()));
  }

  private Optional<Progress> told(String node) {
    return Optional.ofNullable(progress.get(node));
  }

  private boolean mayFinish(Transition transition) {
    boolean haveLetGo =
        transition.target().members().stream()
            .map(Member::name)
            .allMatch(
                node ->
                    told(node)
                        .filter(told -> told.epoch() >= state.epoch())
                        .filter(Progress::hasLetGo)
                        .isPresent());
    boolean mustTell = transition.kind() == Transition.Kind.LEAVE;
    boolean areDone =
        state.leaving().stream()
            .allMatch(node -> told(node).map(told -> told.hints() == 0).orElse(!mustTell));
    return haveLetGo && areDone;
  }
}
