package org.quorate.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.quorate.membership.StateCodec;
import org.quorate.ring.ChangeRefusedException.Reason;

/** What may be changed when, and what becomes of the ring. */
class ClusterStateTest {
  private static final int PARTITIONS = 32;

  private static Member node(int number) {
    return new Member("n" + number, "n" + number + ":1", "");
  }

  private static ClusterState of(int members) {
    return ClusterState.first(
        IntStream.rangeClosed(1, members).mapToObj(ClusterStateTest::node).toList(), PARTITIONS, 3);
  }

  private static Transition transition(ClusterState state) {
    Transition moving = state.transition();
    assertNotNull(moving);
    return moving;
  }

  /** The partitions that copy or settle. */
  private static List<Integer> moving(ClusterState state) {
    return IntStream.range(0, PARTITIONS)
        .filter(p -> state.assignment(p).isMoving())
        .boxed()
        .toList();
  }

  /** Half of those that move have moved. */
  private static ClusterState halfway(ClusterState state) {
    List<Integer> moving = moving(state);
    List<Integer> half = moving.subList(0, moving.size() / 2);
    return state.advance(half).advance(half);
  }

  private static ClusterState toTheEnd(ClusterState state) {
    ClusterState now = state;
    while (!moving(now).isEmpty()) {
      now = now.advance(moving(now));
    }
    return now.finish();
  }

  private static BucketProperties majority(int n) {
    return new BucketProperties(n, n / 2 + 1, n / 2 + 1);
  }

  @Test
  void aBucketGetsItsNOnceWhileNothingElseChanges() {
    ClusterState five = of(5);
    ClusterState begun = five.bucket("b", majority(5));
    assertEquals(begun, begun.bucket("b", majority(5)), "idempotent");
    assertTrue(begun.isFounding(() -> "b"));
    assertFalse(begun.isFounding(() -> "c"));
    assertEquals(3, begun.copies("b"), "as before, until it is over");
    assertEquals(2 * PARTITIONS, begun.ring().partitions());
    assertEquals(
        IntStream.range(PARTITIONS, 2 * PARTITIONS).boxed().toList(), begun.changedSince(five));
    assertRefused(Reason.CONFLICT, () -> begun.join(node(6)));
    assertRefused(Reason.CONFLICT, () -> begun.bucket("c", majority(1)));
    assertEquals(3, begun.bucket("c", majority(3)).copies("c"), "as it is already");
    assertEquals(five.buckets(), begun.abort().buckets());
    assertNull(begun.abort().founding());
    assertEquals(five.ring(), begun.abort().ring());
    ClusterState done = begun.founded(true);
    assertEquals(5, done.copies("b"));
    assertEquals(done, done.founded(true));
    assertRefused(Reason.CONFLICT, () -> done.bucket("b", majority(4)));
    assertEquals(done.epoch() + 1, done.bucket("b", new BucketProperties(5, 1, 5)).epoch());
    assertRefused(Reason.INVALID, () -> done.bucket("d", majority(6)));
    assertRefused(Reason.INVALID, () -> done.leave("n1", false));
    ClusterState all = done;
    for (int n : List.of(1, 2)) {
      all = all.bucket("of" + n, majority(n)).founded(true);
    }
    ClusterState most = all;
    assertRefused(Reason.INVALID, () -> most.bucket("e", majority(4)));
    assertEquals(4, most.ring().layers().size());
    assertEquals(most, StateCodec.decode(StateCodec.encode(most)));
    assertEquals(begun, StateCodec.decode(StateCodec.encode(begun)));
    ClusterState joining = most.join(node(6));
    assertEquals(joining, StateCodec.decode(StateCodec.encode(joining)));
    assertRefused(Reason.CONFLICT, () -> joining.bucket("f", majority(5)));
  }

  private static void assertRefused(Reason reason, Executable change) {
    assertEquals(reason, assertThrows(ChangeRefusedException.class, change).reason());
  }

  @Test
  void aKeyOfTheStoresOwnIsInItsPartition() {
    ClusterState state = of(5).bucket("b", majority(5)).founded(true);
    for (int p = 0; p < state.ring().partitions(); p++) {
      assertEquals(p, state.ring().partitionWith(state.ring().hashOf(p)));
    }
  }

  @Test
  void eachChangeLeadsToItsRing() {
    ClusterState four = toTheEnd(of(3).join(node(4)));
    assertEquals(of(3).ring().with(node(4)), four.ring());
    ClusterState left = toTheEnd(four.leave("n2", false));
    assertFalse(left.ring().hasMember("n2"));
    ClusterState replaced = toTheEnd(four.replace("n3", node(7)));
    assertEquals(four.ring().replacing("n3", node(7)), replaced.ring());
    ClusterState aborted = toTheEnd(halfway(four.leave("n2", false)).abort());
    assertEquals(four.ring(), aborted.ring());
  }

  @Test
  void whatIsAskedForTwiceChangesNothing() {
    ClusterState joining = of(3).join(node(4));
    assertEquals(joining, joining.join(node(4)));
    ClusterState leaving = of(4).leave("n1", false);
    assertEquals(leaving, leaving.leave("n1", false));
    ClusterState replacing = of(4).replace("n1", node(5));
    assertEquals(replacing, replacing.replace("n1", node(5)));
    assertEquals(joining.abort(), joining.abort().abort());
  }

  @Test
  void whoLeavesOrIsKnownOtherwiseCannotJoin() {
    assertRefused(Reason.CONFLICT, () -> halfway(of(4).leave("n4", false)).join(node(4)));
    Member zoned = new Member("n5", node(5).peer(), "elsewhere");
    assertRefused(Reason.INVALID, () -> of(4).replace("n1", node(5)).join(zoned));
    assertRefused(Reason.INVALID, () -> of(4).join(node(5)).join(zoned));
  }

  @Test
  void aSecondChangeIsRefused() {
    ClusterState joining = of(4).join(node(5));
    for (Runnable second :
        List.<Runnable>of(
            () -> joining.join(node(6)),
            () -> joining.leave("n1", false),
            () -> joining.replace("n1", node(6)))) {
      ChangeRefusedException refused = assertThrows(ChangeRefusedException.class, second::run);
      assertEquals(ChangeRefusedException.Reason.CONFLICT, refused.reason());
      assertTrue(String.valueOf(refused.getMessage()).contains("join of n5"));
    }
  }

  @Test
  void aReplacementGoesOnWhenAnotherMemberIsLost() {
    List<Integer> shared = new ArrayList<>();
    ClusterState begun = of(6).leave("n1", true);
    for (int p = 0; p < PARTITIONS; p++) {
      if (Assignment.owners(begun.ring().preference(p), 3).containsAll(Set.of("n1", "n2"))) {
        shared.add(p);
      }
    }
    assertFalse(shared.isEmpty(), "no read quorum is left there");
    assertThrows(ChangeRefusedException.class, () -> begun.leave("n2", true));
    ClusterState later = begun.advance(shared).advance(shared);
    ClusterState gone = toTheEnd(later.leave("n2", true));
    assertEquals(List.of("n3", "n4", "n5", "n6"), names(gone));
  }

  @Test
  void aMistypedReplacementCanBeCorrected() {
    ClusterState wrong = halfway(of(5).replace("n2", new Member("n6", "wrong:1", "")));
    ClusterState right = toTheEnd(wrong.replace("n2", node(7)));
    assertEquals(List.of("n1", "n3", "n4", "n5", "n7"), names(right));
  }

  @Test
  void whoIsGivenUpDoesNotVote() {
    ClusterState replacing = of(3).replace("n1", node(4));
    assertEquals(List.of("n2", "n3"), replacing.voters().stream().map(Member::name).toList());
    assertEquals(Set.of("n1"), transition(replacing).lost());
  }

  @Test
  void whoIsLeftOfAMajorityThatIsLostGoesOn() {
    ClusterState begun = of(5);
    Set<String> lost = Set.of("n1", "n2", "n4");
    ClusterState forced = begun.forced("n3", lost);
    assertTrue(forced.epoch() >= begun.epoch() + ClusterState.FORCED);
    assertNotEquals(forced.epoch(), begun.forced("n5", lost).epoch(), "one state for each number");
    assertEquals(List.of("n3", "n5"), forced.voters().stream().map(Member::name).toList());
    assertEquals(List.of("n3", "n5"), names(toTheEnd(forced)));
    assertThrows(ChangeRefusedException.class, () -> begun.forced("n3", Set.of("n1", "n2")));
    assertThrows(ChangeRefusedException.class, () -> begun.forced("n1", lost));
    assertThrows(ChangeRefusedException.class, () -> begun.forced("n3", Set.of("n1", "n2", "n9")));
    assertNull(begun.forced("n3", Set.of()).transition());
  }

  /** It may have the only copy of what the lost had too. */
  @Test
  void whoIsLeavingStaysWhenAStateIsForced() {
    ClusterState leaving = halfway(of(4).leave("n3", false));
    ClusterState forced = leaving.forced("n1", Set.of("n2", "n4"));
    assertEquals(List.of("n1", "n3"), names(toTheEnd(forced)));
  }

  @Test
  void aForcedStateLeavesNothingOfABucketThatIsFounded() {
    ClusterState founding = of(5).bucket("b", majority(5));
    ClusterState forced = founding.forced("n3", Set.of());
    assertEquals(of(5).ring(), forced.ring());
    assertNull(forced.founding());
  }

  @Test
  void aLeaveGoesOnWithoutTheNodeIfThatIsGoneForGood() {
    ClusterState leaving = halfway(of(5).leave("n2", false));
    ClusterState lost = leaving.leave("n2", true);
    assertEquals(Set.of("n2"), transition(lost).lost());
    assertEquals(lost, lost.leave("n2", true), "idempotent");
    assertEquals(List.of("n1", "n3", "n4", "n5"), names(toTheEnd(lost)));
  }

  @Test
  void aNameThatIsGivenUpIsNotTakenAgain() {
    ClusterState lost = of(6).leave("n3", true);
    Member again = new Member("n3", "new:1", "");
    assertRefused(Reason.INVALID, () -> lost.replace("n2", again));
  }

  private static List<String> names(ClusterState state) {
    return state.ring().members().stream().map(Member::name).toList();
  }
}
