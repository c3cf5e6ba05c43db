package org.quorate.repair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.quorate.testing.ManualLoop;
import org.quorate.testing.SimDisk;
import org.quorate.version.Key;

class HintQueueTest {
  private static final HintOptions OPTIONS = new HintOptions(true, 200, 2000);
  private static final int RECORD_BYTES = HintFile.sizeBytes(key(10));

  private final ManualLoop loop = new ManualLoop();
  private final SimDisk disk = new SimDisk();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Throwable> fatal = new ArrayList<>();

  private static Key key(int i) {
    return Key.of("bucket", "key" + i);
  }

  private HintQueue queue() {
    return new HintQueue(
        "n2", disk, loop, new HintIo(loop, loop, fatal::add), OPTIONS, new HintMetrics(registry));
  }

  private HintQueue recovered() throws IOException {
    HintQueue queue = queue();
    for (String name : disk.list().stream().sorted().toList()) {
      HintFile file = HintFile.parse(name).orElseThrow();
      queue.adopt(file, file.read(disk));
    }
    return queue;
  }

  private void add(HintQueue queue, int from, int to) {
    for (int i = from; i < to; i++) {
      Future<Void> added = queue.add(key(i));
      loop.run();
      assertTrue(added.succeeded());
    }
  }

  /** Takes all hints, and is done with them. */
  private List<Key> takeAll(HintQueue queue) {
    List<Key> taken = new ArrayList<>();
    while (queue.pending() > 0) {
      Optional<Key> next = queue.next();
      loop.run();
      next.ifPresent(
          key -> {
            taken.add(key);
            queue.done();
            loop.run();
          });
    }
    return taken;
  }

  private static List<Key> keys(int from, int to) {
    List<Key> keys = new ArrayList<>();
    for (int i = from; i < to; i++) {
      keys.add(key(i));
    }
    return keys;
  }

  @Test
  void theOldestComeFirstAndNothingIsLeftOfThem() {
    HintQueue queue = queue();
    add(queue, 10, 60);
    assertEquals(50, queue.pending());
    assertTrue(disk.list().size() > 3, disk.list().toString());
    assertEquals(keys(10, 60), takeAll(queue));
    assertEquals(List.of(), disk.list());
    assertEquals(0, queue.sizeBytes());
    add(queue, 10, 12);
    assertEquals(keys(10, 12), takeAll(queue));
  }

  @Test
  void aHintThatWasNotDoneIsTheNextAgain() {
    HintQueue queue = queue();
    add(queue, 10, 13);
    queue.next();
    loop.run();
    Key first = queue.next().orElseThrow();
    queue.retry(first);
    assertEquals(keys(10, 13), takeAll(queue));
  }

  @Test
  void aKeyIsNotedAgainOnlyWhenItsTurnHasCome() {
    HintQueue queue = queue();
    add(queue, 10, 12);
    add(queue, 10, 12);
    assertEquals(2, queue.pending());
    queue.next();
    loop.run();
    assertEquals(key(10), queue.next().orElseThrow());
    add(queue, 10, 11);
    assertEquals(3, queue.pending());
    queue.done();
    assertEquals(List.of(key(11), key(10)), takeAll(queue));
  }

  @Test
  void whatWasAcknowledgedIsThereAfterACrashAtAnyByte() throws IOException {
    HintQueue queue = queue();
    add(queue, 10, 14);
    String name = disk.list().get(0);
    int durable = disk.size(name);
    queue.add(key(14));
    queue.add(key(15));
    loop.run();
    int whole = disk.size(name);
    assertEquals(2 * RECORD_BYTES, whole - durable);
    for (int size = durable; size <= whole; size++) {
      byte[] bytes = disk.read(name).orElseThrow();
      SimDisk torn = new SimDisk();
      torn.writeAtomically(name, java.util.Arrays.copyOf(bytes, size));
      List<Key> found = HintFile.parse(name).orElseThrow().read(torn);
      assertEquals(keys(10, 14 + (size - durable) / RECORD_BYTES), found);
    }
    assertEquals(keys(10, 16), takeAll(recovered()));
  }

  @Test
  void aFlippedBitLosesHintsAndMakesUpNone() throws IOException {
    HintQueue queue = queue();
    add(queue, 10, 14);
    String name = disk.list().get(0);
    List<Key> all = keys(10, 14);
    for (int bit = 0; bit < disk.size(name) * 8; bit++) {
      disk.flip(name, bit);
      List<Key> found = HintFile.parse(name).orElseThrow().read(disk);
      assertEquals(all.subList(0, bit / 8 / RECORD_BYTES), found);
      disk.flip(name, bit);
    }
    disk.flip(name, RECORD_BYTES * 8 + 3);
    assertEquals(keys(10, 11), takeAll(queue), "and what follows is counted as dropped");
    assertEquals(3, registry.counter("quorate.hints.dropped").count());
    add(queue, 11, 13);
    assertEquals(keys(11, 13), takeAll(queue), "what was lost can be noted again");
  }

  @Test
  void overTheBoundTheOldestFileIsDropped() {
    HintQueue queue = queue();
    add(queue, 100, 400);
    assertTrue(queue.sizeBytes() <= OPTIONS.mostBytes());
    assertTrue(queue.sizeBytes() > OPTIONS.mostBytes() - 2 * OPTIONS.fileBytes());
    add(queue, 100, 101);
    List<Key> left = takeAll(queue);
    assertEquals(key(100), left.remove(left.size() - 1), "what was dropped can be noted again");
    assertEquals(keys(400 - left.size(), 400), left);
    assertEquals(300 - left.size(), registry.counter("quorate.hints.dropped").count());
  }

  @Test
  void aFullDiskFailsTheHintAndTheQueueGoesOn() {
    HintQueue queue = queue();
    add(queue, 10, 12);
    disk.freeBytes(5);
    Future<Void> refused = queue.add(key(12));
    loop.run();
    assertTrue(refused.failed());
    assertEquals(2, queue.pending());
    disk.freeBytes(Long.MAX_VALUE);
    add(queue, 12, 14);
    assertEquals(keys(10, 14), takeAll(queue));
    assertEquals(List.of(), disk.list());
    assertEquals(List.of(), fatal);
  }

  @Test
  void aFailedSyncIsFatal() {
    HintQueue queue = queue();
    disk.failSyncs(true);
    Future<Void> added = queue.add(key(10));
    loop.run();
    assertFalse(added.isComplete());
    assertEquals(1, fatal.size());
  }

  @Test
  void otherFilesAreLeftAlone() {
    assertTrue(HintFile.parse("hints-n2-0000000000000001").isPresent());
    assertEquals("a-b", HintFile.parse("hints-a-b-00000000000000ff").orElseThrow().target);
    for (String name : List.of("log-1", "hints-n2", "hints--1", "identity")) {
      assertTrue(HintFile.parse(name).isEmpty(), name);
    }
  }
}
