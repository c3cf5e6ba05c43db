package org.quorate.ring;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who is responsible for a partition under one state of the cluster.
 *
 * <pre>
 *  next    settlingSince   reads             writes
 *  empty   0               owners            owners
 *  some    0               owners            owners and next owners
 *  some    an epoch        owners and next   owners and next
 * </pre>
 *
 * @param now all members in order of preference, owners first
 * @param next the same of the ring to come while the partition is on its way there, else empty
 * @param settlingSince the epoch since which reads ask both, 0 while the new owners still copy
 * @param lost members of {@code now} that are gone for good, so that nothing is had from them
 */
public record Assignment(
    List<Member> now, List<Member> next, long settlingSince, Set<String> lost) {

  public boolean isMoving() {
    return !next.isEmpty();
  }

  public boolean isSettling() {
    return settlingSince > 0;
  }

  /** The first {@code n} of a list, by name. */
  static List<String> owners(List<Member> list, int n) {
    return list.subList(0, Math.min(n, list.size())).stream().map(Member::name).toList();
  }

  /** All that hold the partition or are to hold it, but for those that are lost. */
  public Set<String> holders(int n) {
    Set<String> holders = new LinkedHashSet<>(sources(n));
    holders.addAll(owners(next, n));
    return holders;
  }

  /** The owners that a new one copies from. */
  public List<String> sources(int n) {
    List<String> sources = new ArrayList<>(owners(now, n));
    sources.removeAll(lost);
    return sources;
  }

  /** The next owners that are none yet. */
  public List<String> newcomers(int n) {
    List<String> newcomers = new ArrayList<>(owners(next, n));
    newcomers.removeAll(owners(now, n));
    return newcomers;
  }

  /** Whether other nodes own the partition in the next ring. */
  static boolean differ(List<Member> now, List<Member> next, int n) {
    return !new HashSet<>(owners(now, n)).equals(new HashSet<>(owners(next, n)));
  }
}
