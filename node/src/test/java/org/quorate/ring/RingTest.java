package org.quorate.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RingTest {
  private static final int Q = 256;
  private static final int N = 3;

  private static List<Member> members(int count, int zones) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> new Member("n" + i, "127.0.0.1:" + (7000 + i), "z" + i % zones))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,1", "4,1", "5,1", "6,3", "7,2", "9,3", "10,5", "20,4", "100,5"})
  void ownersAreDistinctBalancedAndSpread(int count, int zones) {
    Ring ring = Ring.first(members(count, zones), Q, N);
    check(ring, count);
    if (count % zones == 0) {
      for (int p = 0; p < Q; p++) {
        long spread = ring.owners(p, N).stream().map(Member::zone).distinct().count();
        assertEquals(Math.min(Math.min(N, count), zones), spread, "zones of partition " + p);
      }
    }
  }

  private static void check(Ring ring, int count) {
    int copies = Math.min(N, count);
    Map<String, Integer> owned = new HashMap<>();
    Map<String, Integer> first = new HashMap<>();
    for (int p = 0; p < Q; p++) {
      assertEquals(count, new HashSet<>(ring.preference(p)).size());
      ring.owners(p, N).forEach(m -> owned.merge(m.name(), 1, Integer::sum));
      first.merge(ring.preference(p).get(0).name(), 1, Integer::sum);
    }
    for (Member member : ring.members()) {
      double idealOwned = (double) Q * copies / count;
      double idealFirst = (double) Q / count;
      assertTrue(Math.abs(owned.getOrDefault(member.name(), 0) - idealOwned) < 1, owned::toString);
      assertTrue(Math.abs(first.getOrDefault(member.name(), 0) - idealFirst) < 1, first::toString);
    }
  }

  @ParameterizedTest
  @CsvSource({"3,1", "5,1", "20,1", "5,3", "20,4"})
  void addingAndRemovingAMemberMovesAsLittleAsBalanceAllows(int count, int zones) {
    List<Member> more = members(count + 1, zones);
    Ring small = Ring.first(more.subList(0, count), Q, N);
    Ring grown = small.with(more.get(count));
    check(grown, count + 1);
    int least = Q * N / (count + 1);
    int moved = moved(small, grown);
    System.out.printf(
        "%d to %d nodes, %d zones: %d copies moved, %d at least%n",
        count, count + 1, zones, moved, least);
    Ring shrunk = grown.without(more.get(count).name());
    check(shrunk, count);
    if (zones == 1) {
      assertTrue(moved <= least + 1, moved + " moved");
      assertTrue(moved(grown, shrunk) <= least + 1);
    } else {
      assertTrue(moved <= 2 * least, moved + " moved to keep zones apart");
    }
  }

  private static int moved(Ring from, Ring to) {
    int moved = 0;
    for (int p = 0; p < Q; p++) {
      List<Member> fresh = new ArrayList<>(to.owners(p, N));
      fresh.removeAll(from.owners(p, N));
      moved += fresh.size();
    }
    return moved;
  }

  @Test
  void theFirstRingDoesNotDependOnTheOrderOfItsMembers() {
    List<Member> shuffled = new ArrayList<>(members(7, 3));
    Ring expected = Ring.first(shuffled, Q, N);
    Collections.shuffle(shuffled, new Random(5));
    assertEquals(expected.ownerNames(), Ring.first(shuffled, Q, N).ownerNames());
  }

  @Test
  void partitionsAreEqualSlicesOfTheHashSpace() {
    Ring ring = Ring.first(members(3, 1), Q, N);
    assertEquals(0, ring.slotOf(0));
    assertEquals(Q - 1, ring.slotOf(-1));
    assertEquals(Q / 2, ring.slotOf(Long.MIN_VALUE));
    assertEquals(Q / 2 - 1, ring.slotOf(Long.MAX_VALUE));
  }

  @Test
  void aPartitionIsAsGoodAsTheQuorumsThatItsLivingOwnersMake() {
    assertEquals(PartitionState.OK, PartitionState.of(3, 3, 3, 2, 2));
    assertEquals(PartitionState.DEGRADED, PartitionState.of(2, 2, 3, 2, 2));
    assertEquals(PartitionState.NO_READ_QUORUM, PartitionState.of(1, 1, 3, 2, 2));
    assertEquals(PartitionState.NO_WRITE_QUORUM, PartitionState.of(2, 2, 3, 1, 3));
    assertEquals(PartitionState.NO_READ_QUORUM, PartitionState.of(2, 2, 3, 3, 1));
    assertEquals(PartitionState.ALL_DOWN, PartitionState.of(0, 0, 3, 1, 1));
    assertEquals(PartitionState.OK, PartitionState.of(1, 1, 1, 1, 1));
    assertEquals(PartitionState.NO_WRITE_QUORUM, PartitionState.of(2, 1, 3, 2, 2), "copying");
    assertEquals(PartitionState.DEGRADED, PartitionState.of(3, 2, 3, 2, 2), "copying");
  }
}
