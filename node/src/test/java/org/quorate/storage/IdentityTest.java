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
import org.quorate.version.Life;

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

  private static void begin(Identity identity, boolean confirmed) throws IOException {
    identity.lease(confirmed);
    identity.begin(true);
  }

  @Test
  void anActorGoesOnOnlyAfterAStopInGoodOrderThatTheMembersConfirm() throws IOException {
    SimDisk disk = new SimDisk();
    Identity first = open(disk);
    assertFalse(first.mayContinue());
    begin(first, true);
    Dot before = first.mint();
    Identity afterCrash = open(disk);
    assertFalse(afterCrash.mayContinue());
    begin(afterCrash, true);
    assertNotEquals(before.actor(), afterCrash.mint().actor());

    Dot last = afterCrash.mint();
    afterCrash.close();
    Identity afterStop = open(disk.copy());
    assertTrue(afterStop.mayContinue());
    begin(afterStop, true);
    Dot next = afterStop.mint();
    assertEquals(last.actor(), next.actor());
    assertTrue(next.counter() > last.counter());

    Identity unconfirmed = open(disk.copy());
    begin(unconfirmed, false);
    assertNotEquals(last.actor(), unconfirmed.mint().actor());

    Identity notNoted = open(disk.copy());
    notNoted.lease(true);
    notNoted.begin(false);
    assertNotEquals(last.actor(), notNoted.mint().actor());
  }

  @Test
  void membersKnowAnOldCopyOfTheDiskByItsLease() throws IOException {
    SimDisk disk = new SimDisk();
    Identity node = open(disk);
    begin(node, false);
    node.close();
    SimDisk copy = disk.copy();
    Identity member = open(new SimDisk());
    begin(member, false);

    Identity again = open(disk);
    begin(again, true);
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
    begin(node, false);
    node.noteLease(7, 100);
    node.noteLease(7, 50);
    assertEquals(100, open(disk).leaseOf(7));
  }

  @Test
  void aLeaseCanBeNotedBeforeTheNodeBeginsAndChangesNothingOfItsOwn() throws IOException {
    SimDisk disk = new SimDisk();
    Identity node = open(disk);
    begin(node, false);
    Dot last = node.mint();
    node.close();
    boolean[] durable = {false};
    open(disk).noteLease("n7", new Life(7, 100), () -> durable[0] = true);
    assertTrue(durable[0]);
    Identity later = open(disk);
    assertEquals(100, later.leaseOf(7));
    assertTrue(later.mayContinue());
    begin(later, true);
    assertEquals(last.actor(), later.mint().actor());
  }

  @Test
  void whatIsNotedOfOthersIsNoNewsToTell() throws IOException {
    Identity node = open(new SimDisk());
    begin(node, false);
    node.noteLease("n6", new Life(6, 1), () -> {});
    int[] told = {0};
    node.onLease(() -> told[0]++);
    for (int i = 2; i < 100; i++) {
      node.mint();
      node.noteLease("n6", new Life(6, i), () -> {});
    }
    assertEquals(0, told[0]);
    node.renew("a test");
    assertEquals(1, told[0]);
  }

  @Test
  void aDamagedFileIsAsGoodAsNone() throws IOException {
    SimDisk disk = new SimDisk();
    Identity node = open(disk);
    begin(node, false);
    node.close();
    for (int bit = 0; bit < disk.size("identity") * 8; bit++) {
      SimDisk copy = disk.copy();
      copy.flip("identity", bit);
      assertFalse(open(copy).mayContinue(), "bit " + bit);
    }
  }

  @Test
  void countersNeverPassTheLease() throws IOException {
    Identity node = open(new SimDisk());
    begin(node, false);
    long last = 0;
    for (int i = 0; i < 3_000_000; i++) {
      last = node.mint().counter();
    }
    assertTrue(last < node.lease());
    assertEquals(3_000_000, last);
  }
}
