package org.quorate.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.testing.SimDisk;
import org.quorate.version.Dot;

class IdentityTest {
  private final SplittableRandom random = new SplittableRandom(1);

  private Identity open(SimDisk disk) throws IOException {
    return Identity.open(
        disk,
        random::nextLong,
        Runnable::run,
        e -> {
          throw new AssertionError(e);
        });
  }

  @Test
  void anActorGoesOnOnlyAfterAStopInGoodOrderThatTheMembersConfirm() throws IOException {
    SimDisk disk = new SimDisk();
    Identity first = open(disk);
    assertFalse(first.mayContinue());
    first.begin(true);
    Dot before = first.mint();
    Identity afterCrash = open(disk);
    assertFalse(afterCrash.mayContinue());
    afterCrash.begin(true);
    assertNotEquals(before.actor(), afterCrash.mint().actor());

    Dot last = afterCrash.mint();
    afterCrash.close();
    Identity afterStop = open(disk.copy());
    assertTrue(afterStop.mayContinue());
    afterStop.begin(true);
    Dot next = afterStop.mint();
    assertEquals(last.actor(), next.actor());
    assertTrue(next.counter() > last.counter());

    Identity unconfirmed = open(disk.copy());
    unconfirmed.begin(false);
    assertNotEquals(last.actor(), unconfirmed.mint().actor());
  }

  @Test
  void membersKnowAnOldCopyOfTheDiskByItsLease() throws IOException {
    SimDisk disk = new SimDisk();
    Identity node = open(disk);
    node.begin(false);
    node.close();
    SimDisk copy = disk.copy();
    Identity member = open(new SimDisk());
    member.begin(false);

    Identity again = open(disk);
    again.begin(true);
    member.noteLease(again.actor(), again.lease());
    Identity restored = open(copy);
    assertEquals(again.actor(), restored.actor());
    assertTrue(member.leaseOf(restored.actor()) > restored.lease(), "the copy's lease is older");

    again.close();
    Identity honest = open(disk);
    assertFalse(member.leaseOf(honest.actor()) > honest.lease());
  }

  @Test
  void leasesOfOthersAreRememberedAcrossRestarts() throws IOException {
    SimDisk disk = new SimDisk();
    Identity node = open(disk);
    node.begin(false);
    node.noteLease(7, 100);
    node.noteLease(7, 50);
    assertEquals(100, open(disk).leaseOf(7));
  }

  @Test
  void countersNeverPassTheLease() throws IOException {
    Identity node = open(new SimDisk());
    node.begin(false);
    long last = 0;
    for (int i = 0; i < 3_000_000; i++) {
      last = node.mint().counter();
    }
    assertTrue(last < node.lease());
    assertEquals(3_000_000, last);
  }
}
