package org.quorate.ring;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The preference lists of all partitions under one epoch: which nodes own a partition, in which
 * order, and who stands in for them.
 *
 * <p>Immutable. Invariants: each list holds every member once, its owners first; owners and first
 * owners are balanced within one partition of the ideal. Liveness never changes a ring.
 */
public final class Ring {
  private final long epoch;
  private final int copies;
  private final List<Member> members;
  private final List<List<Member>> lists;

  private Ring(long epoch, int copies, List<Member> members, List<List<Member>> lists) {
    this.epoch = epoch;
    this.copies = copies;
    this.members = members;
    this.lists = lists;
  }

  /**
   * The ring of epoch 1: a pure function of its arguments, whatever the order of the members.
   *
   * @param partitions 1 to 65536, fixed for the life of the cluster
   * @param copies owners of a partition; with fewer members each owns everything
   */
  public static Ring first(List<Member> members, int partitions, int copies) {
    return next(1, copies, sorted(members.stream()), Collections.nCopies(partitions, List.of()));
  }

  private static Ring next(
      long epoch, int copies, List<Member> members, List<List<Member>> before) {
    List<List<Member>> lists = new Placement(members, before.size(), before).lists(copies);
    return new Ring(epoch, copies, members, lists.stream().map(List::copyOf).toList());
  }

  private static List<Member> sorted(Stream<Member> members) {
    return members.sorted(Comparator.comparing(Member::name)).toList();
  }

  /** The next epoch, with one more member and as few moved copies as balance allows. */
  public Ring with(Member member) {
    return next(
        epoch + 1, copies, sorted(Stream.concat(members.stream(), Stream.of(member))), lists);
  }

  /** The next epoch, without this member and with as few moved copies as balance allows. */
  public Ring without(String name) {
    List<Member> rest = sorted(members.stream().filter(member -> !member.name().equals(name)));
    return next(epoch + 1, copies, rest, lists);
  }

  /** Owners of each partition; with fewer members each owns everything. */
  public int copies() {
    return copies;
  }

  public long epoch() {
    return epoch;
  }

  /** Ascending by name. */
  public List<Member> members() {
    return members;
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
}
