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
 * <p>The hash space is cut into slots. Keys that have the same number of owners make a layer, and
 * each layer has a partition of its own for each slot: partition {@code layer * slots + slot}. The
 * first layer is that of buckets that do not say otherwise.
 *
 * <p>Immutable. Invariants: each list holds every member once, its owners first; in each layer
 * owners and first owners are balanced within one partition of the ideal, but for a ring in between
 * two others. Liveness never changes a ring.
 */
public final class Ring {
  /** Each costs every member trees and preference lists for its share of the slots. */
  public static final int MAX_LAYERS = 4;

  /** Owners of the partitions of each layer. */
  private final List<Integer> layers;

  private final List<Member> members;
  private final List<List<Member>> lists;

  private Ring(List<Integer> layers, List<Member> members, List<List<Member>> lists) {
    this.layers = List.copyOf(layers);
    this.members = members;
    this.lists = lists;
  }

  /**
   * The first ring of a cluster: a pure function of its arguments, whatever the order of the
   * members.
   *
   * @param slots 1 to 65536, fixed for the life of the cluster
   * @param copies owners of a partition; with fewer members each owns everything
   */
  public static Ring first(List<Member> members, int slots, int copies) {
    return next(List.of(copies), sorted(members.stream()), Collections.nCopies(slots, List.of()));
  }

  /**
   * A ring that was made before.
   *
   * @param layers how many owners the partitions of each layer have
   * @param owners of each partition, by name, in order of preference
   */
  public static Ring of(List<Member> members, List<Integer> layers, List<List<String>> owners) {
    List<Member> sorted = sorted(members.stream());
    Map<String, Member> byName = new HashMap<>();
    sorted.forEach(member -> byName.put(member.name(), member));
    List<List<Member>> lists = new ArrayList<>();
    int slots = owners.size() / layers.size();
    for (int p = 0; p < owners.size(); p++) {
      List<Member> list = new ArrayList<>();
      for (String name : owners.get(p)) {
        Member owner = byName.get(name);
        if (owner == null) {
          throw new IllegalArgumentException("owner " + name + " is no member");
        }
        list.add(owner);
      }
      Placement.addStandIns(p % slots, list, sorted);
      lists.add(List.copyOf(list));
    }
    return new Ring(layers, sorted, List.copyOf(lists));
  }

  private static Ring next(List<Integer> layers, List<Member> members, List<List<Member>> before) {
    List<List<Member>> lists = new ArrayList<>();
    int slots = before.size() / layers.size();
    for (int layer = 0; layer < layers.size(); layer++) {
      List<List<Member>> of = before.subList(layer * slots, (layer + 1) * slots);
      new Placement(members, slots, of)
          .lists(layers.get(layer))
          .forEach(list -> lists.add(List.copyOf(list)));
    }
    return new Ring(layers, members, List.copyOf(lists));
  }

  /** The ring with a layer, its last one, for keys with this number of owners. */
  public Ring withLayer(int copies) {
    List<Integer> more = new ArrayList<>(layers);
    more.add(copies);
    List<List<Member>> all = new ArrayList<>(lists);
    new Placement(members, slots(), Collections.nCopies(slots(), List.of()))
        .lists(copies)
        .forEach(list -> all.add(List.copyOf(list)));
    return new Ring(more, members, List.copyOf(all));
  }

  private static List<Member> sorted(Stream<Member> members) {
    return members.sorted(Comparator.comparing(Member::name)).toList();
  }

  /** The ring without its last layer. */
  Ring withoutLayer() {
    return new Ring(
        layers.subList(0, layers.size() - 1), members, lists.subList(0, lists.size() - slots()));
  }

  /** The ring with one more member, and as few moved copies as balance allows. */
  public Ring with(Member member) {
    return next(layers, sorted(Stream.concat(members.stream(), Stream.of(member))), lists);
  }

  /** The ring without this member, and with as few moved copies as balance allows. */
  public Ring without(String name) {
    List<Member> rest = sorted(members.stream().filter(member -> !member.name().equals(name)));
    return next(layers, rest, lists);
  }

  /** The ring in which a new member has each place of one that goes. */
  public Ring replacing(String name, Member by) {
    List<Member> next =
        Stream.concat(members.stream().filter(m -> !m.name().equals(name)), Stream.of(by)).toList();
    List<List<String>> owners =
        ownerNames().stream()
            .map(list -> list.stream().map(o -> o.equals(name) ? by.name() : o).toList())
            .toList();
    return of(next, layers, owners);
  }

  /** Owners of each partition of the first layer; with fewer members each owns everything. */
  public int copies() {
    return layers.get(0);
  }

  /** Owners of the partition; with fewer members each owns it. */
  public int copies(int partition) {
    return layers.get(layerOf(partition));
  }

  /** How many owners the partitions of each layer have. */
  public List<Integer> layers() {
    return layers;
  }

  /** The layer of the partition, from 0. */
  public int layerOf(int partition) {
    return partition / slots();
  }

  /** Ascending by name. */
  public List<Member> members() {
    return members;
  }

  public boolean hasMember(String name) {
    return members.stream().anyMatch(member -> member.name().equals(name));
  }

  /** Of all layers. */
  public int partitions() {
    return lists.size();
  }

  public int slots() {
    return lists.size() / layers.size();
  }

  /** The slot of a key with this hash: equal slices of the 64-bit hash space. */
  public int slotOf(long hash) {
    return (int) (((hash >>> 32) * slots()) >>> 32);
  }

  /** The partition of a key with this hash and so many owners, for which there is a layer. */
  public int partitionOf(long hash, int copies) {
    int layer = layers.indexOf(copies);
    if (layer < 0) {
      throw new IllegalArgumentException("no layer has n=" + copies);
    }
    return layer * slots() + slotOf(hash);
  }

  /** A hash for each partition: the least of its slot, and its layer more. */
  public long hashOf(int partition) {
    long slot = partition % slots();
    long first = ((slot << 32) + slots() - 1) / slots();
    return (first << 32) + layerOf(partition);
  }

  /** The partition for which {@link #hashOf} gives this hash. */
  public int partitionWith(long hash) {
    return (int) hash * slots() + slotOf(hash);
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
      names.add(owners(p, copies(p)).stream().map(Member::name).toList());
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
            && layers.equals(ring.layers)
            && members.equals(ring.members)
            && lists.equals(ring.lists));
  }

  @Override
  public int hashCode() {
    return Objects.hash(layers, members, lists);
  }

  @Override
  public String toString() {
    return members.stream().map(Member::name).toList() + " of " + lists.size() + " partitions";
  }
}
