package org.quorate.ring;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.quorate.ring.Transition.Kind;

/**
 * What one node decides alone, by order of an operator, where a majority of the members is gone for
 * good, or has lost its disks and so cannot decide. What only the lost had is lost. Its number is
 * above all that the lost may have decided, and different at each node: so each number still has
 * one state.
 */
final class Forcing {
  /** So many states each node that forces one may decide before it meets another's numbers. */
  private static final long APART = 1_000_000_000L;

  private Forcing() {}

  /**
   * @param by the node that decides
   * @param lost may be empty; those that were given up before are lost too
   */
  static ClusterState of(ClusterState current, String by, Set<String> lost) {
    ClusterState state = Founding.end(current, false);
    Transition before = state.transition();
    List<String> names = names(state.ring());
    Set<String> all = new TreeSet<>(names);
    if (before != null) {
      all.addAll(names(before.target()));
    }
    for (String name : lost) {
      if (!all.contains(name)) {
        throw ClusterState.invalid(name + " is no member; members are " + String.join(", ", all));
      }
    }
    if (!names.contains(by) || lost.contains(by)) {
      throw ClusterState.invalid(by + " cannot force a state: it is no member that is left");
    }
    List<String> voters = state.voters().stream().map(Member::name).toList();
    long left = voters.stream().filter(name -> !lost.contains(name)).count();
    if (!lost.isEmpty() && 2 * left > voters.size()) {
      throw ClusterState.invalid(
          String.join(", ", lost)
              + " are no majority of the members: replace them, or give them up one by one");
    }
    long trillion = state.epoch() / ClusterState.FORCED + 1;
    long epoch = trillion * ClusterState.FORCED + names.indexOf(by) * APART;
    return lost.isEmpty()
        ? new ClusterState(epoch, state.ring(), before, state.buckets(), null)
        : without(state, epoch, lost);
  }

  private static List<String> names(Ring ring) {
    return ring.members().stream().map(Member::name).toList();
  }

  /** All that are left stay, those too that were leaving: they may have the only copy. */
  private static ClusterState without(ClusterState state, long epoch, Set<String> lost) {
    Ring target = state.goal();
    for (Member node : state.nodes()) {
      boolean stays = !lost.contains(node.name()) && !target.hasMember(node.name());
      target = stays ? target.with(node) : target;
    }
    for (String name : lost) {
      target = target.hasMember(name) ? target.without(name) : target;
    }
    Transition before = state.transition();
    Set<String> all = new TreeSet<>(before == null ? Set.of() : before.lost());
    all.addAll(lost);
    Ring from = state.inBetween();
    Transition transition =
        new Transition(
            Kind.FORCE,
            String.join(", ", lost),
            "",
            epoch,
            target,
            all,
            state.progress(from, target));
    return new ClusterState(epoch, from, transition, state.buckets(), null);
  }
}
