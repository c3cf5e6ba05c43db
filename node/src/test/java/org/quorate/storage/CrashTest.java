package org.quorate.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.replica.Failure;
import org.quorate.replica.ReplicaException;
import org.quorate.replica.Write;
import org.quorate.ring.BucketProperties;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.testing.Seeds;
import org.quorate.testing.SimDisk;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;

class CrashTest {
  private static Write blind(String value) {
    return new Write(null, false, List.of(), value.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Siblings siblings) {
    assertEquals(1, siblings.versions().size());
    return new String(siblings.versions().get(0).value(), StandardCharsets.UTF_8);
  }

  /** What is left of such keys in the log was dead when the bucket got its n: see Placing. */
  @Test
  void keysOfABucketThatGotItsNLaterAreNotFoundAgain() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 4);
    Key old = Key.of("founded", "k");
    Key other = Key.of("other", "k");
    rig.put(old, blind("old"));
    rig.put(other, blind("other"));
    rig.loop.run();
    rig.state =
        ClusterState.first(
                List.of(new Member("n1", "n1:1", ""), new Member("n2", "n2:1", "")), 1, 1)
            .bucket("founded", new BucketProperties(2, 1, 1))
            .founded(true);
    rig.loop.crash();
    rig.start();
    assertTrue(rig.get(old).result().isEmpty());
    assertEquals("other", text(rig.get(other).result()));
    rig.put(old, blind("new"));
    rig.loop.run();
    rig.loop.crash();
    rig.start();
    assertEquals("new", text(rig.get(old).result()));
    assertEquals(2, rig.directory.keys());
    rig.state = ClusterState.first(List.of(new Member("n1", "n1:1", "")), 1, 1);
    rig.loop.crash();
    assertThrows(IllegalStateException.class, rig::start, "the log is of a later state");
  }

  @Test
  void theLogCutAtEveryByteOfItsLastBatchKeepsAllThatWasAcknowledged() {
    for (int cut = 0; ; cut++) {
      Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 4096, 1);
      List<Key> keys = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Key key = Key.of("b", "k" + i);
        keys.add(key);
        rig.put(key, blind("old" + i));
        rig.loop.run();
      }
      rig.disk.failSyncs(true);
      for (Key key : keys) {
        rig.put(key, blind("new-" + "x".repeat(20)));
      }
      rig.loop.run();
      assertEquals(1, rig.fatal.size(), "a failed fsync is fatal");
      int unsynced = rig.disk.unsyncedBytes(rig.newestSegment());
      if (cut > unsynced) {
        assertTrue(unsynced > 300);
        return;
      }
      rig.disk.crashKeeping(rig.newestSegment(), cut);
      rig.disk.failSyncs(false);
      rig.loop.crash();
      rig.start();
      assertTrue(rig.recovered.isSound(), "what a crash tore is no damage");
      for (int i = 0; i < 6; i++) {
        String found = text(rig.get(keys.get(i)).result());
        assertTrue(found.equals("old" + i) || found.startsWith("new-"), found);
      }
      rig.put(keys.get(0), blind("after"));
      rig.loop.run();
      assertEquals("after", text(rig.get(keys.get(0)).result()));
    }
  }

  @Test
  void aFlippedBitIsNeverServedAndNeverMakesAKeyDisappear() {
    Rig sound = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 2);
    for (int i = 0; i < 5; i++) {
      sound.put(Key.of("b", "k" + i), blind("value-" + i));
      sound.loop.run();
    }
    sound.put(Key.of("b", "last"), blind("last"));
    sound.loop.run();
    String segment = sound.newestSegment();
    int end = (int) (sound.log.end() & 0xFFFFFFFFL) - 60;
    for (int bit = 16 * 8; bit < end * 8; bit++) {
      Rig rig = new Rig(flipped(sound.disk, segment, bit), Log.Sync.ALWAYS, 100_000, 3);
      assertFalse(rig.recovered.isSound(), "bit " + bit);
      int wrong = 0;
      for (int i = 0; i < 5; i++) {
        Future<Siblings> read = rig.get(Key.of("b", "k" + i));
        if (read.failed()) {
          assertEquals(Failure.DAMAGED, ReplicaException.of(read.cause()));
          wrong++;
        } else {
          assertEquals("value-" + i, text(read.result()), "bit " + bit);
        }
      }
      assertTrue(wrong >= 1, "bit " + bit + " harmed nothing");
      assertNotEquals(sound.identity.actor(), rig.identity.actor());
    }
  }

  private static SimDisk flipped(SimDisk disk, String segment, int bit) {
    SimDisk copy = disk.copy();
    copy.flip(segment, bit);
    return copy;
  }

  @Test
  void aDamagedKeyIsWholeAgainOnceItIsHealed() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 4);
    Key key = Key.of("b", "k");
    rig.put(key, blind("mine"));
    rig.put(Key.of("b", "other"), blind("other"));
    rig.loop.run();
    Siblings whole = rig.get(key).result();
    rig.put(Key.of("b", "later"), blind("later"));
    rig.loop.run();
    rig.disk.flip(rig.newestSegment(), (16 + 19 + 3 + 20) * 8);
    rig.loop.crash();
    rig.start();
    assertTrue(rig.get(key).failed());
    rig.put(key, blind("second"));
    rig.loop.run();
    assertTrue(rig.get(key).failed(), "a write does not bring back what was forgotten");
    rig.store.heal(key, State.of(whole));
    rig.loop.run();
    assertEquals(2, rig.get(key).result().versions().size());
    rig.loop.crash();
    rig.start();
    assertEquals(2, rig.get(key).result().versions().size());
  }

  /** Random writes, crashes and compactions against a model of what was acknowledged. */
  @Test
  void acknowledgedWritesSurviveEveryCrash() {
    Seeds.forEach(seed -> run(new SplittableRandom(seed), seed));
  }

  private static void run(SplittableRandom random, long seed) {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 600 + random.nextInt(2000), seed);
    Map<Key, Set<String>> possible = new HashMap<>();
    Map<Key, Dot> acknowledged = new HashMap<>();
    Set<Dot> dots = new HashSet<>();
    for (int step = 0; step < 80; step++) {
      Key key = Key.of("b", "k" + random.nextInt(6));
      switch (random.nextInt(10)) {
        case 0 -> {
          rig.disk.crash(random);
          rig.loop.crash();
          rig.start();
          assertTrue(rig.recovered.isSound());
        }
        case 1 -> rig.loop.run();
        case 2 -> {
          rig.compaction.check();
          rig.loop.run(3000);
        }
        default -> {
          String value = "v" + step;
          possible.computeIfAbsent(key, none -> new HashSet<>()).add(value);
          rig.replica
              .put(key, blind(value), Long.MAX_VALUE / 2)
              .onSuccess(
                  minted -> {
                    Dot dot = minted.state().siblings().versions().get(0).dot();
                    assertTrue(dots.add(dot), "dot " + dot + " names two writes");
                    minted.stored().onSuccess(done -> acknowledged.put(key, dot));
                  });
        }
      }
      Dot last = acknowledged.get(key);
      Siblings found = rig.get(key).result();
      if (last != null) {
        assertTrue(found.context().covers(last), "acknowledged " + last + " is lost");
        assertTrue(possible.get(key).contains(text(found)));
      }
    }
  }

  @Test
  void aFullDiskRefusesAndGoesOnWhenSpaceReturns() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 5);
    Key key = Key.of("b", "k");
    rig.put(key, blind("before"));
    rig.loop.run();
    long actor = rig.identity.actor();
    rig.disk.freeBytes(10);
    Future<Void> torn = rig.put(key, blind("too much"));
    rig.loop.run();
    assertEquals(Failure.FAILED, ReplicaException.of(torn.cause()));
    assertNotEquals(actor, rig.identity.actor(), "its dot may live elsewhere");
    assertEquals("before", text(rig.get(key).result()));
    rig.reserve.check();
    rig.loop.run();
    Future<Void> refused = rig.put(key, blind("refused"));
    assertEquals(Failure.DISK_FULL, ReplicaException.of(refused.cause()));
    rig.disk.freeBytes(1 << 20);
    rig.reserve.check();
    rig.loop.run();
    rig.put(key, blind("after"));
    rig.loop.run();
    assertEquals("after", text(rig.get(key).result()));
    rig.loop.crash();
    rig.start();
    assertEquals("after", text(rig.get(key).result()));
  }

  @Test
  void withoutSyncAPowerCutMayForgetButNeverGarbles() {
    Seeds.forEach(
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Rig rig = new Rig(new SimDisk(), Log.Sync.NEVER, 100_000, seed);
          for (int i = 0; i < 20; i++) {
            rig.put(Key.of("b", "k" + i % 4), blind("v" + i));
            if (random.nextBoolean()) {
              rig.loop.run();
            }
          }
          rig.loop.run();
          rig.disk.crash(random);
          rig.loop.crash();
          rig.start();
          for (int i = 0; i < 4; i++) {
            Future<Siblings> read = rig.get(Key.of("b", "k" + i));
            assertTrue(read.succeeded() || !rig.recovered.isSound());
          }
        });
  }

  @Test
  void compactionGivesSpaceBackAndKeepsEveryLiveRecord() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 2000, 6);
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < 5; i++) {
        rig.put(Key.of("b", "k" + i), blind(round + "-" + i + "-" + "x".repeat(50)));
      }
      rig.put(Key.of("b", "once" + round), blind("once" + round));
      rig.loop.run();
    }
    long before = rig.log.sizeBytes();
    for (int i = 0; i < 40; i++) {
      rig.compaction.check();
      rig.loop.run(3000);
    }
    assertTrue(rig.log.sizeBytes() < before * 2 / 3, before + " to " + rig.log.sizeBytes());
    rig.loop.crash();
    rig.start();
    for (int i = 0; i < 5; i++) {
      assertTrue(text(rig.get(Key.of("b", "k" + i)).result()).startsWith("49-" + i));
    }
    for (int round = 0; round < 50; round++) {
      assertEquals("once" + round, text(rig.get(Key.of("b", "once" + round)).result()));
    }
  }

  @Test
  void aWriteThatMeetsTheEndOfTheLogIsRefused() throws IOException {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 8);
    Future<Void> late = rig.put(Key.of("b", "k"), blind("late"));
    rig.log.close();
    rig.loop.run();
    assertTrue(late.failed());
    assertEquals(List.of(), rig.fatal);
  }

  @Test
  void aForgedContextCannotMaskALaterWrite() {
    Rig rig = new Rig(new SimDisk(), Log.Sync.ALWAYS, 100_000, 7);
    Key key = Key.of("b", "k");
    CausalContext future =
        CausalContext.EMPTY.upTo(new Dot(rig.identity.actor(), Long.MAX_VALUE / 2));
    rig.put(key, new Write(future, false, List.of(), new byte[] {1}));
    rig.put(key, new Write(CausalContext.EMPTY, false, List.of(), new byte[] {2}));
    rig.loop.run();
    assertEquals(2, rig.get(key).result().versions().size());
  }
}
