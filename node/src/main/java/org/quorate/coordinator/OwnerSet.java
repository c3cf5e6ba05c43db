package org.quorate.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.replica.Cluster;

/** Which nodes one operation may count, and in which order it asks them. */
final class OwnerSet {
  private OwnerSet() {}

  /**
   * For which owner each of the nodes that count stands in, null for one that is an owner itself.
   */
  static List<@Nullable String> standsFor(
      List<Cluster.Owner> preference, int n, List<Cluster.Owner> counting) {
    List<Cluster.Owner> owners = preference.subList(0, Math.min(n, preference.size()));
    if (counting.equals(owners)) {
      return Collections.nCopies(owners.size(), null);
    }
    Deque<Cluster.Owner> missing = new ArrayDeque<>(owners);
    missing.removeAll(counting);
    List<@Nullable String> standsFor = new ArrayList<>();
    for (Cluster.Owner node : counting) {
      standsFor.add(owners.contains(node) ? null : missing.remove().name());
    }
    return standsFor;
  }

  /**
   * The nodes that count: the first {@code n} of the preference list; in a sloppy quorum (Dynamo,
   * section 4.6) the first {@code n} that are up, so that the next healthy nodes stand in.
   */
  static List<Cluster.Owner> counting(List<Cluster.Owner> preference, int n, boolean sloppy) {
    List<Cluster.Owner> owners = preference.subList(0, Math.min(n, preference.size()));
    if (!sloppy || owners.stream().allMatch(owner -> owner.health().isUp())) {
      return owners;
    }
    List<Cluster.Owner> counting = new ArrayList<>();
    preference.stream().filter(owner -> owner.health().isUp()).limit(n).forEach(counting::add);
    for (Cluster.Owner owner : owners) {
      if (counting.size() < n && !counting.contains(owner)) {
        counting.add(owner);
      }
    }
    return counting;
  }

  /** This node's place on the list, -1 if it is not there. */
  static int ownAmong(List<Cluster.Owner> owners) {
    for (int i = 0; i < owners.size(); i++) {
      if (owners.get(i).local() != null) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The numbers of the owners that are up: this node first, then those expected to be fastest,
   * those that may be dead or are about to stop last.
   */
  static List<Integer> fastestFirst(List<Cluster.Owner> owners) {
    List<Integer> order = new ArrayList<>(owners.size());
    long[] expected = new long[owners.size()];
    for (int i = 0; i < owners.size(); i++) {
      Cluster.Owner owner = owners.get(i);
      if (owner.health().isUp()) {
        expected[i] = owner.local() != null ? -1 : expectedNanos(owner.health());
        int at = order.size();
        while (at > 0 && expected[order.get(at - 1)] > expected[i]) {
          at--;
        }
        order.add(at, i);
      }
    }
    return order;
  }

  private static long expectedNanos(Cluster.Health health) {
    return health.isLastChoice() ? Long.MAX_VALUE : health.expectedNanos();
  }
}
