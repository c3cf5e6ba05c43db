package org.quorate.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.replica.Cluster.Health;
import org.quorate.replica.Cluster.Owner;
import org.quorate.replica.Cluster.Preference;

/**
 * The nodes that count for one operation, and in which order they are asked.
 *
 * @param epoch of the state of the cluster that says so
 * @param standsFor for which owner each of them stands in, null for one that is an owner itself
 * @param groups in each of which a quorum is needed
 */
record OwnerSet(long epoch, List<Owner> owners, List<@Nullable String> standsFor, Groups groups) {

  /**
   * @param n owners of the key
   * @param sloppy whether healthy stand-ins count for owners that are not up
   */
  static OwnerSet toRead(Preference preference, int n, boolean sloppy) {
    return preference.isSettling()
        ? both(preference, n, sloppy)
        : one(preference.epoch(), counting(preference.now(), n, sloppy, List.of()));
  }

  /** As {@link #toRead}. */
  static OwnerSet toWrite(Preference preference, int n, boolean sloppy) {
    return preference.next().isEmpty()
        ? one(preference.epoch(), counting(preference.now(), n, sloppy, List.of()))
        : both(preference, n, sloppy);
  }

  /** The nodes of one set, with the owners for which some of them stand in. */
  private record Counting(List<Owner> nodes, List<@Nullable String> standsFor) {}

  private static OwnerSet one(long epoch, Counting counting) {
    Groups groups = Groups.one(counting.nodes().size());
    return new OwnerSet(epoch, counting.nodes(), counting.standsFor(), groups);
  }

  private static OwnerSet both(Preference preference, int n, boolean sloppy) {
    List<Owner> owners = owners(preference.now(), n);
    List<Owner> nextOwners = owners(preference.next(), n);
    Counting now = counting(preference.now(), n, sloppy, nextOwners);
    List<Owner> taken = new ArrayList<>(owners);
    taken.addAll(now.nodes());
    Counting next = counting(preference.next(), n, sloppy, taken);
    List<Owner> nodes = new ArrayList<>(now.nodes());
    List<@Nullable String> standsFor = new ArrayList<>(now.standsFor());
    int[] nextPlaces = new int[next.nodes().size()];
    for (int i = 0; i < nextPlaces.length; i++) {
      int place = nodes.indexOf(next.nodes().get(i));
      if (place < 0) {
        place = nodes.size();
        nodes.add(next.nodes().get(i));
        standsFor.add(next.standsFor().get(i));
      }
      nextPlaces[i] = place;
    }
    int[] nowPlaces = Groups.one(now.nodes().size()).sets().get(0);
    Groups groups = new Groups(nodes.size(), List.of(nowPlaces, nextPlaces));
    return new OwnerSet(preference.epoch(), nodes, standsFor, groups);
  }

  static List<Owner> owners(List<Owner> preference, int n) {
    return preference.subList(0, Math.min(n, preference.size()));
  }

  /**
   * The nodes that count: the first {@code n} of the preference list; in a sloppy quorum (Dynamo,
   * section 4.6) the next healthy nodes stand in for those that are not up.
   *
   * @param taken nodes that stand in for nobody, because they count already
   */
  private static Counting counting(
      List<Owner> preference, int n, boolean sloppy, List<Owner> taken) {
    List<Owner> owners = owners(preference, n);
    if (!sloppy || owners.stream().allMatch(owner -> owner.health().isUp())) {
      return new Counting(owners, Collections.nCopies(owners.size(), null));
    }
    List<Owner> nodes = new ArrayList<>(owners);
    nodes.removeIf(owner -> !owner.health().isUp());
    Deque<Owner> missing = new ArrayDeque<>(owners);
    missing.removeAll(nodes);
    List<@Nullable String> standsFor = new ArrayList<>(Collections.nCopies(nodes.size(), null));
    for (Owner node : preference.subList(owners.size(), preference.size())) {
      if (!missing.isEmpty() && node.health().isUp() && !taken.contains(node)) {
        nodes.add(node);
        standsFor.add(missing.remove().name());
      }
    }
    for (Owner owner : missing) {
      nodes.add(owner);
      standsFor.add(null);
    }
    return new Counting(nodes, standsFor);
  }

  /** This node's place on the list, -1 if it is not there. */
  int own() {
    for (int i = 0; i < owners.size(); i++) {
      if (owners.get(i).local() != null) {
        return i;
      }
    }
    return -1;
  }

  /** The place of the node of this name, -1 if it is not there. */
  int placeOf(String name) {
    for (int i = 0; i < owners.size(); i++) {
      if (owners.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The places of those that are up: this node first, then those expected to be fastest, those that
   * may be dead or are about to stop last. Where there are two sets, those in both go before.
   */
  List<Integer> fastestFirst() {
    List<Integer> order = new ArrayList<>(owners.size());
    long[] expected = new long[owners.size()];
    for (int i = 0; i < owners.size(); i++) {
      Owner owner = owners.get(i);
      if (owner.health().isUp()) {
        expected[i] = owner.local() != null ? -1 : expectedNanos(owner.health());
        int at = order.size();
        while (at > 0 && expected[order.get(at - 1)] > expected[i]) {
          at--;
        }
        order.add(at, i);
      }
    }
    if (groups.sets().size() > 1) {
      order.sort(Comparator.comparingInt(i -> -groups.memberships(i)));
    }
    return order;
  }

  private static long expectedNanos(Health health) {
    return health.isLastChoice() ? Long.MAX_VALUE : health.expectedNanos();
  }
}
