package org.quorate.ring;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The preference lists of all partitions: which nodes own a partition, in which order, and who
 * stands in for them.
 *
 * <p>Immutable. Invariants: each list holds every member once, its owners first; owners and first
 * owners are balanced within one partition of the ideal, but for a ring in between two others.
 * Liveness never changes a ring.
 */
public final class Ring {
  private final int copies;
  private final List<Member> members;
  private final List<List<Member>> lists;

  private Ring(int copies, List<Member> members, List<List<Member>> lists) {
    this.copies = copies;
    this.members = members;
    this.lists = lists;
  }

  /**
   * The first ring of a cluster: a pure function of its arguments, whatever the order of the
   * members.
   *
   * @param partitions 1 to 65536, fixed for the life of the cluster
   * @param copies owners of a partition; with fewer members each owns everything
   */
  public static Ring first(List<Member> members, int partitions, int copies) {
    return next(copies, sorted(members.stream()), Collections.nCopies(partitions, List.of()));
  }

  /**
   * A ring that was made before.
   *
   * @param owners of each partition, by name, in order of preference
   */
  public static Ring of(List<Member> members, int copies, List<List<String>> owners) {
    List<Member> sorted = sorted(members.stream());
    Map<String, Member> byName = new HashMap<>();
    sorted.forEach(member -> byName.put(member.name(), member));
    List<List<Member>> lists = new ArrayList<>();
    for (int p = 0; p < owners.size(); p++) {
      List<Member> list = new ArrayList<>();
      for (String name : owners.get(p)) {
        Member owner = byName.get(name);
        if (owner == null) {
          throw new IllegalArgumentException("owner " + name + " is no member");
        }
        list.add(owner);
      }
      Placement.addStandIns(p, list, sorted);
      lists.add(List.copyOf(list));
    }
    return new Ring(copies, sorted, List.copyOf(lists));
  }

  private static Ring next(int copies, List<Member> members, List<List<Member>> before) {
    List<List<Member>> lists = new Placement(members, before.size(), before).lists(copies);
    return new Ring(copies, members, lists.stream().map(List::copyOf).toList());
  }

  private static List<Member> sorted(Stream<Member> members) {
    return members.sorted(Comparator.comparing(Member::name)).toList();
  }

  /** The ring with one more member, and as few moved copies as balance allows. */
  public Ring with(Member member) {
    return next(copies, sorted(Stream.concat(members.stream(), Stream.of(member))), lists);
  }

  /** The ring without this member, and with as few moved copies as balance allows. */
  public Ring without(String name) {
    List<Member> rest = sorted(members.stream().filter(member -> !member.name().equals(name)));
    return next(copies, rest, lists);
  }

  /** The ring in which a new member has each place of one that goes. */
  public Ring replacing(String name, Member by) {
    List<Member> next =
        Stream.concat(members.stream().filter(m -> !m.name().equals(name)), Stream.of(by)).toList();
    List<List<String>> owners =
        ownerNames().stream()
            .map(list -> list.stream().map(o -> o.equals(name) ? by.name() : o).toList())
            .toList();
    return of(next, copies, owners);
  }

  /** Owners of each partition; with fewer members each owns everything. */
  public int copies() {
    return copies;
  }

  /** Ascending by name. */
  public List<Member> members() {
    return members;
  }

  public boolean hasMember(String name) {
    return members.stream().anyMatch(member -> member.name().equals(name));
  }

  public int partitions() {
    return lists.size();
  }

  /** The partition of a key with this hash: equal slices of the 64-bit hash space. */
  public int partitionOf(long hash) {
    return (int) (((hash >>> 32) * lists.size()) >>> 32);
  }

  /** The least hash in the partition. */
  public long firstHashOf(int partition) {
    return ((((long) partition << 32) + lists.size() - 1) / lists.size()) << 32;
  }

  /** All members in the partition's order of preference: owners first, then stand-ins. */
  public List<Member> preference(int partition) {
    return lists.get(partition);
  }

  /** The first {@code n} of the partition's preference list. */
  public List<Member> owners(int partition, int n) {
    List<Member> list = lists.get(partition);
    return list.subList(0, Math.min(n, list.size()));
  }

  /** Owners by partition, as users are shown them. */
  public List<List<String>> ownerNames() {
    List<List<String>> names = new ArrayList<>();
    for (int p = 0; p < lists.size(); p++) {
      names.add(owners(p, copies).stream().map(Member::name).toList());
    }
    return names;
  }

  /** How many partitions each member owns, ascending by name. */
  public Map<String, Integer> owned() {
    Map<String, Integer> owned = new TreeMap<>();
    members.forEach(member -> owned.put(member.name(), 0));
    ownerNames().forEach(list -> list.forEach(owner -> owned.merge(owner, 1, Integer::sum)));
    return owned;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Ring ring
            && copies == ring.copies
            && members.equals(ring.members)
            && lists.equals(ring.lists));
  }

  @Override
  public int hashCode() {
    return Objects.hash(copies, members, lists);
  }

  @Override
  public String toString() {
    return members.stream().map(Member::name).toList() + " of " + lists.size() + " partitions";
  }
}
