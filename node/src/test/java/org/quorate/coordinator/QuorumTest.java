package org.quorate.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.replica.Failure;
import org.quorate.testing.Seeds;
import org.quorate.version.Samples;
import org.quorate.version.Siblings;
import org.quorate.version.State;

class QuorumTest {
  private static final Failure[] FAILURES = Failure.values();

  /** Any order of replies against the definition written out. */
  @Test
  void aWriteIsDoneByEnoughAcksAndNotAppliedOnlyIfNoOwnerCanHaveIt() {
    Seeds.forEach(
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          int owners = 1 + random.nextInt(7);
          int required = 1 + random.nextInt(owners);
          QuorumWrite write = new QuorumWrite(Groups.one(owners), required);
          int acked = 0;
          int failed = 0;
          boolean onlyDefinite = true;
          List<Integer> order = shuffled(owners, seed);
          for (int owner : order) {
            QuorumWrite.Outcome before = write.outcome();
            if (random.nextBoolean()) {
              write.acked(owner);
              acked++;
            } else {
              Failure failure = FAILURES[random.nextInt(FAILURES.length)];
              write.failed(owner, failure);
              failed++;
              onlyDefinite &= failure.isDefinite();
            }
            write.acked(owner);
            write.failed(owner, Failure.TIMEOUT);
            if (before != QuorumWrite.Outcome.OPEN) {
              assertEquals(before, write.outcome(), "an outcome does not change");
            } else if (acked >= required) {
              assertEquals(QuorumWrite.Outcome.DONE, write.outcome());
            } else if (owners - failed < required) {
              boolean untouched = acked == 0 && onlyDefinite && failed == owners;
              assertEquals(
                  untouched ? QuorumWrite.Outcome.NOT_APPLIED : QuorumWrite.Outcome.UNKNOWN,
                  write.outcome());
            } else {
              assertEquals(QuorumWrite.Outcome.OPEN, write.outcome());
            }
          }
        });
  }

  private static List<Integer> shuffled(int owners, long seed) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < owners; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    return order;
  }

  @Test
  void aReadReturnsTheJoinOfItsRepliesOnceAWriteQuorumHoldsIt() {
    Seeds.forEach(
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          List<Siblings> states = Samples.owners(random);
          int owners = states.size();
          int required = 1 + random.nextInt(owners);
          QuorumRead read = new QuorumRead(Groups.one(owners), required, -1);
          Siblings joined = Siblings.EMPTY;
          List<Integer> order = shuffled(owners, seed);
          for (int i = 0; i < required; i++) {
            assertEquals(QuorumRead.Phase.READING, read.phase());
            read.read(order.get(i), State.of(states.get(order.get(i))));
            joined = joined.merge(states.get(order.get(i)));
          }
          assertEquals(joined, read.merged().siblings());
          for (int owner : read.behind()) {
            assertTrue(read.phase() != QuorumRead.Phase.DONE);
            read.repaired(owner);
          }
          for (int owner = 0; read.phase() == QuorumRead.Phase.REPAIRING; owner++) {
            read.repaired(owner);
          }
          assertEquals(QuorumRead.Phase.DONE, read.phase());
          assertEquals(joined, read.merged().siblings());
        });
  }

  @Test
  void aReadThatCannotRepairAWriteQuorumFails() {
    List<Siblings> states = differing();
    QuorumRead read = new QuorumRead(Groups.one(3), 2, 0);
    read.read(0, State.of(states.get(0).merge(states.get(1))));
    read.read(1, State.of(Siblings.EMPTY));
    assertEquals(QuorumRead.Phase.REPAIRING, read.phase());
    read.repairFailed(1, Failure.TIMEOUT);
    assertEquals(QuorumRead.Phase.REPAIRING, read.phase(), "the third owner can still be repaired");
    read.repairFailed(2, Failure.TIMEOUT);
    assertEquals(QuorumRead.Phase.FAILED, read.phase());
  }

  private static List<Siblings> differing() {
    for (long seed = 0; ; seed++) {
      List<Siblings> states = Samples.owners(new SplittableRandom(seed));
      if (!states.get(0).equals(states.get(1)) && !states.get(0).isEmpty()) {
        return states;
      }
    }
  }

  @Test
  void anEqualDigestCountsOnceTheReadersOwnStateIsThere() {
    State state = State.of(differing().get(0));
    QuorumRead read = new QuorumRead(Groups.one(3), 2, 0);
    read.readSame(1, state.digest());
    read.readSame(2, state.digest());
    assertEquals(QuorumRead.Phase.READING, read.phase(), "nobody has sent the state yet");
    read.read(0, state);
    assertEquals(QuorumRead.Phase.DONE, read.phase());
  }

  /**
   * An owner that is behind answered first, then one that is equal, and this node's disk is slow.
   */
  @Test
  void anEqualDigestIsNotTakenForTheStateOfAnOwnerThatIsBehind() {
    State state = State.of(differing().get(0));
    QuorumRead read = new QuorumRead(Groups.one(3), 2, 0);
    read.read(1, State.EMPTY);
    read.readSame(2, state.digest());
    assertEquals(QuorumRead.Phase.READING, read.phase());
    read.read(0, state);
    assertEquals(QuorumRead.Phase.REPAIRING, read.phase());
    assertEquals(List.of(1), read.behind());
    read.repaired(1);
    assertEquals(QuorumRead.Phase.DONE, read.phase());
    assertEquals(state.digest(), read.merged().digest());
  }

  @Test
  void equalDigestsAreForgottenIfThisNodesStateDoesNotCome() {
    State state = State.of(differing().get(0));
    QuorumRead read = new QuorumRead(Groups.one(3), 2, 0);
    read.readSame(1, state.digest());
    read.failed(0, Failure.DAMAGED);
    assertEquals(List.of(1), read.forgetHeld());
    read.read(2, state);
    assertEquals(QuorumRead.Phase.READING, read.phase());
    read.read(1, state);
    assertEquals(QuorumRead.Phase.DONE, read.phase());
  }

  @Test
  void aQuorumOutOfRangeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new QuorumWrite(Groups.one(3), 0));
    assertThrows(IllegalArgumentException.class, () -> new QuorumWrite(Groups.one(3), 4));
    assertThrows(IllegalArgumentException.class, () -> new QuorumRead(Groups.one(3), 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new QuorumRead(Groups.one(3), 4, 0));
  }
}
