package org.quorate.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Ground;
import org.quorate.ring.Member;
import org.quorate.ring.Transition;

/**
 * The next state of a transition or of a founding, from what the nodes say of their progress. Pure.
 * DESIGN.md says why each condition is needed.
 *
 * <pre>
 *  a partition that   goes on when
 *  copies             each new owner had all that each source had
 *  settles            each new owner had all that each source had under the settling state, and all
 *                     that hold it have no update of an earlier state in progress
 *  all have moved     all members have let go of what they own no more, and who leaves has no hints
 *
 *  a founding         when
 *  succeeds           all members have no key of the bucket, and no update of an earlier state in
 *                     progress, and are ready for the keys to come
 *  fails              some member has a key of it, or is not believed to be alive
 * </pre>
 */
final class NextStep {
  private final ClusterState state;
  private final Map<String, Progress> progress;
  private final Predicate<String> isLiving;

  private NextStep(ClusterState state, Map<String, Progress> progress, Predicate<String> isLiving) {
    this.state = state;
    this.progress = progress;
    this.isLiving = isLiving;
  }

  /**
   * @param progress of those that answered
   * @param isLiving whether a member is believed to be alive
   * @return empty if nothing can go on
   */
  static Optional<ClusterState> of(
      ClusterState state, Map<String, Progress> progress, Predicate<String> isLiving) {
    NextStep step = new NextStep(state, progress, isLiving);
    Transition transition = state.transition();
    ClusterState next = transition == null ? step.founded() : step.next(transition);
    return next.epoch() == state.epoch() ? Optional.empty() : Optional.of(next);
  }

  private ClusterState next(Transition transition) {
    if (transition.moved() < state.ring().partitions()) {
      return state.advance(ready());
    }
    return mayFinish(transition) ? state.finish() : state;
  }

  private ClusterState founded() {
    List<String> members = state.ring().members().stream().map(Member::name).toList();
    boolean fails =
        members.stream().anyMatch(node -> !isLiving.test(node) || says(node, Ground.TAKEN));
    boolean isClear = members.stream().allMatch(node -> says(node, Ground.CLEAR));
    return fails || isClear ? state.founded(!fails) : state;
  }

  private boolean says(String node, Ground ground) {
    return told(node)
        .filter(told -> told.epoch() >= state.epoch())
        .filter(told -> told.ground() == ground)
        .isPresent();
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
    int n = state.copies(partition);
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
            .allMatch(
                node ->
                    told(node)
                        .filter(told -> told.epoch() >= state.epoch())
                        .map(told -> told.hints() == 0)
                        .orElse(!mustTell && !isLiving.test(node)));
    return haveLetGo && areDone;
  }
}
