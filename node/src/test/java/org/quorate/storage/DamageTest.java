package org.quorate.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quorate.replica.Write;
import org.quorate.testing.SimDisk;
import org.quorate.version.CausalContext;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;

/** What the simulation of whole clusters found in storage, one by one. */
class DamageTest {
  private static final Key KEY = Key.of("b", "k");
  private static final int FIRST_VALUE_BIT = (16 + 19 + 3 + 20) * 8;

  private static Write write(CausalContext seen, String value) {
    return new Write(seen, false, List.of(), value.getBytes(StandardCharsets.UTF_8));
  }

  private static Set<String> values(Siblings siblings) {
    return siblings.versions().stream()
        .map(version -> new String(version.value(), StandardCharsets.UTF_8))
        .collect(Collectors.toSet());
  }

  private static Siblings salvaged(Rig rig) {
    Future<State> left = rig.store.salvage(KEY);
    rig.loop.run();
    return left.result().siblings();
  }

  /** A node whose only record of the key turned out damaged at its start. */
  private static Rig damaged() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 1);
    rig.put(KEY, write(null, "lost"));
    rig.loop.run();
    rig.put(Key.of("b", "later"), write(null, "later"));
    rig.loop.run();
    rig.disk.flip(rig.newestSegment(), FIRST_VALUE_BIT);
    rig.loop.crash();
    rig.start();
    assertTrue(rig.get(KEY).failed());
    return rig;
  }

  @Test
  void manyWritesOfAKeyInFlightKeepCountOfLiveBytes() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 2);
    List<Future<Void>> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(rig.put(KEY, write(null, "v" + i)));
    }
    rig.loop.run();
    assertTrue(writes.stream().allMatch(Future::succeeded));
    Location at = rig.directory.get(0, KEY);
    assertEquals(at.length(), rig.directory.liveBytes(at.segment()));
  }

  @Test
  void aDamagedKeyKeepsEachWriteUntilItIsHealed() {
    Rig rig = damaged();
    rig.put(KEY, write(CausalContext.EMPTY, "one"));
    rig.loop.run();
    rig.put(KEY, write(CausalContext.EMPTY, "two"));
    rig.put(KEY, write(CausalContext.EMPTY, "three"));
    rig.loop.run();
    assertTrue(rig.get(KEY).failed(), "what was in flight does not make it whole");
    rig.loop.crash();
    rig.start();
    assertTrue(rig.get(KEY).failed());
    assertEquals(Set.of("one", "two", "three"), values(salvaged(rig)));
  }

  @Test
  void healingLosesNoWriteThatComesMeanwhile() {
    Rig rig = damaged();
    rig.put(KEY, write(CausalContext.EMPTY, "before"));
    rig.loop.run();
    Future<State> healed = rig.store.heal(KEY, State.EMPTY);
    rig.put(KEY, write(CausalContext.EMPTY, "meanwhile"));
    rig.loop.run();
    rig.put(KEY, write(CausalContext.EMPTY, "after"));
    rig.loop.run();
    assertTrue(healed.succeeded());
    assertEquals(Set.of("before", "meanwhile", "after"), values(rig.get(KEY).result()));
  }

  @Test
  void aKeyThatNobodyHasIsHealedToo() {
    Rig rig = damaged();
    rig.store.heal(KEY, State.EMPTY);
    rig.loop.run();
    assertTrue(rig.get(KEY).result().isEmpty());
    rig.loop.crash();
    rig.start();
    assertTrue(rig.get(KEY).result().isEmpty());
  }

  @Test
  void anIncompleteRecordThatIsLostInItsTurnCostsTheActorAgain() {
    Rig rig = damaged();
    rig.put(KEY, write(CausalContext.EMPTY, "lost too"));
    rig.loop.run();
    long actor = rig.identity.actor();
    Location at = rig.directory.get(0, KEY);
    rig.disk.flip(Segment.name(at.segment()), (at.offset() + at.length() - 1) * 8);
    rig.put(KEY, write(CausalContext.EMPTY, "next"));
    rig.loop.run();
    assertNotEquals(actor, rig.identity.actor());
    assertEquals(Set.of("next"), values(salvaged(rig)));
  }

  @Test
  void aDamagedRecordThatIsSupersededIsCompactedAway() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 2000, 5);
    rig.put(KEY, write(null, "lost"));
    rig.loop.run();
    rig.disk.flip(rig.newestSegment(), FIRST_VALUE_BIT);
    for (int i = 0; i < 200; i++) {
      rig.put(KEY, write(null, "v" + i));
      rig.loop.run();
    }
    rig.loop.crash();
    rig.start();
    assertFalse(rig.recovered.isSound());
    compact(rig, 120);
    rig.loop.crash();
    rig.start();
    assertTrue(rig.recovered.isSound());
    assertEquals(Set.of("v199"), values(rig.get(KEY).result()));
  }

  @Test
  void aStretchThatMakesNoSenseIsCompactedAwayOnceNothingInItIsNeeded() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 2000, 6);
    Key needed = Key.of("b", "needed");
    rig.put(KEY, write(null, "superseded"));
    rig.put(needed, write(null, "lost here"));
    rig.loop.run();
    Location lost = rig.directory.get(0, needed);
    String first = rig.newestSegment();
    for (int i = 0; i < 200; i++) {
      rig.put(KEY, write(null, "v" + i));
      rig.loop.run();
    }
    rig.disk.flip(first, (Segment.HEADER_BYTES + 5) * 8);
    rig.disk.flip(first, (lost.offset() + 5) * 8);
    compact(rig, 20);
    assertTrue(rig.disk.list().contains(first), "what is needed of it is not healed yet");
    assertTrue(rig.get(needed).failed());
    rig.store.heal(needed, State.EMPTY);
    compact(rig, 700);
    assertFalse(rig.disk.list().contains(first));
    rig.loop.crash();
    rig.start();
    assertTrue(rig.recovered.isSound());
    assertEquals(Set.of("v199"), values(rig.get(KEY).result()));
    assertTrue(rig.get(needed).result().isEmpty());
  }

  private static void compact(Rig rig, int seconds) {
    for (int i = 0; i < seconds; i++) {
      rig.compaction.check();
      rig.loop.run(1000);
    }
  }

  @Test
  void aSegmentThatACrashLeftWithoutAHeaderIsNoDamage() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 4096, 3);
    rig.put(KEY, write(null, "kept"));
    rig.loop.run();
    rig.disk.rename("spare", Segment.name(2));
    rig.loop.crash();
    rig.start();
    assertTrue(rig.recovered.isSound());
    assertEquals(Set.of("kept"), values(rig.get(KEY).result()));
    rig.put(KEY, write(null, "new"));
    rig.loop.run();
    rig.loop.crash();
    rig.start();
    assertTrue(rig.recovered.isSound());
    assertEquals(Set.of("new"), values(rig.get(KEY).result()));
  }

  @Test
  void whatAFailedSyncLeftInMemoryIsDurableBeforeItIsServed() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 4);
    rig.put(KEY, write(null, "old"));
    rig.loop.run();
    rig.disk.failSyncs(true);
    rig.put(KEY, write(null, "unsynced"));
    rig.loop.run();
    assertEquals(1, rig.fatal.size());
    rig.disk.failSyncs(false);
    rig.loop.crash();
    rig.start();
    Set<String> served = values(rig.get(KEY).result());
    rig.disk.crashKeeping(Segment.name(1), 0);
    rig.loop.crash();
    rig.start();
    assertEquals(served, values(rig.get(KEY).result()));
  }
}
