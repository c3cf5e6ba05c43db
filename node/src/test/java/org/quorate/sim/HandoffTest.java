package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.WriteResult;
import org.quorate.replica.Write;
import org.quorate.ring.Member;
import org.quorate.version.Key;

/** What a write does not reach is brought there by hints alone: nothing is read here. */
class HandoffTest {
  private static final int KEYS = 300;
  private static final long MAX_HINT_FILES = 64;

  private final Profile profile =
      new Profile(5, 3, 16, 1, 0, 4096, List.of(), 0, 0, Set.of(), 0, 0);
  private final SimCluster cluster =
      new SimCluster(
          profile,
          new SplittableRandom(1),
          e -> {
            throw new AssertionError(e);
          });

  @BeforeEach
  void start() {
    Quiet.logs();
    cluster.isCalm();
    until(cluster::isCalm);
  }

  private void until(BooleanSupplier condition) {
    long end = cluster.time.nanos() + 120 * SimTime.SECOND;
    while (!condition.getAsBoolean()) {
      assertTrue(cluster.time.nanos() < end, "not so in two minutes");
      run(50);
    }
  }

  private void run(long millis) {
    cluster.time.runUntil(cluster.time.nanos() + millis * SimTime.MILLI);
  }

  private static Key key(int i) {
    return Key.of("b", "k" + i);
  }

  private List<String> owners(Key key) {
    return cluster.ring.owners(cluster.ring.partitionOf(key.hash()), 3).stream()
        .map(Member::name)
        .toList();
  }

  private SimMachine machine(String name) {
    return cluster.machines.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  private Future<WriteResult> put(SimMachine at, Key key, int w, boolean sloppy) {
    Coordinator coordinator = at.ready().coordinator(key);
    Write write = new Write(null, false, List.of(), new byte[] {1});
    List<Future<WriteResult>> answer = new ArrayList<>();
    coordinator
        .loop()
        .execute(
            () ->
                answer.add(
                    coordinator.write(
                        key, write, new Coordinator.Terms(3, w, sloppy, SimTime.SECOND))));
    run(1);
    return answer.get(0);
  }

  private void putAll(SimMachine at, int w, boolean sloppy) {
    List<Future<WriteResult>> answers = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      answers.add(put(at, key(i), w, sloppy));
    }
    run(3000);
    assertEquals(KEYS, answers.stream().filter(Future::succeeded).count());
  }

  /** What the nodes hold of the key, the key's owners first. */
  private List<Coordinator.Holding> holdings(Key key) {
    Coordinator coordinator = cluster.machines.get(0).ready().coordinator(key);
    List<Coordinator.Holding> all = new ArrayList<>();
    coordinator
        .loop()
        .execute(
            () -> coordinator.holdings(key, 5, SimTime.SECOND).onSuccess(held -> all.addAll(held)));
    run(1500);
    return all;
  }

  private void requireWhole() {
    until(() -> cluster.isCalm() && cluster.pendingHints() == 0);
    for (int i = 0; i < KEYS; i += 10) {
      List<Coordinator.Holding> held = holdings(key(i));
      long digest = held.get(0).reading().digest();
      assertTrue(digest != 0);
      for (int node = 0; node < 5; node++) {
        assertEquals(
            node < 3 ? digest : 0, held.get(node).reading().digest(), key(i) + ": " + held);
      }
    }
  }

  @Test
  void anOwnerThatWasAwayIsBroughtWhatItMissed() {
    machine("n3").kill();
    run(6000);
    putAll(machine("n1"), 2, false);
    assertTrue(cluster.pendingHints() > KEYS / 5);
    requireWhole();
  }

  @Test
  void aKeyThatIsWrittenOftenIsNotedOnceByEachHolder() {
    machine("n3").kill();
    run(6000);
    for (int round = 0; round < 5; round++) {
      putAll(machine("n1"), 2, false);
    }
    long lacking = 0;
    for (int i = 0; i < KEYS; i++) {
      lacking += owners(key(i)).contains("n3") ? 1 : 0;
    }
    long pending = cluster.pendingHints();
    assertTrue(pending >= lacking && pending <= 2 * lacking, pending + " of " + lacking);
  }

  @Test
  void hintsOutliveTheirHolder() {
    machine("n3").kill();
    run(6000);
    putAll(machine("n1"), 2, false);
    long before = cluster.pendingHints();
    for (SimMachine machine : cluster.machines) {
      if (machine.isRunning()) {
        machine.powerCut();
      }
    }
    cluster.machines.stream().filter(m -> !m.name().equals("n3")).forEach(SimMachine::start);
    until(
        () -> cluster.machines.stream().allMatch(m -> m.name().equals("n3") || m.ready() != null));
    assertEquals(before, cluster.pendingHints());
    requireWhole();
  }

  @Test
  void standInsHandBackWhatTheyTookAndForgetIt() {
    machine("n3").kill();
    machine("n4").kill();
    run(6000);
    putAll(machine("n1"), 3, true);
    requireWhole();
  }

  @Test
  void overTheBoundTheOldestAreDroppedAndNoWriteFails() {
    machine("n3").kill();
    run(6000);
    int count = 0;
    for (int i = 0; i < 200_000 && count < 40_000; i++) {
      Key key = Key.of("a-bucket-with-a-long-name-to-fill-the-hints", "k" + i);
      if (owners(key).contains("n3") && owners(key).contains("n1")) {
        count++;
        assertFalse(put(machine("n1"), key, 2, false).failed());
      }
    }
    run(3000);
    long most = MAX_HINT_FILES * 4096 / 50;
    assertTrue(cluster.pendingHints() < most, cluster.pendingHints() + " hints");
    assertTrue(cluster.pendingHints() > most / 2, cluster.pendingHints() + " hints");
    cluster.isCalm();
    until(() -> cluster.isCalm() && cluster.pendingHints() == 0);
  }
}
