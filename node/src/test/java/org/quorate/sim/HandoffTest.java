package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.WriteResult;
import org.quorate.version.Key;

/** What a write does not reach is brought there by hints alone: nothing is read here. */
class HandoffTest {
  private static final int KEYS = Scenario.KEYS;
  private static final long MAX_HINT_FILES = 64;

  private final Scenario scenario = new Scenario();
  private final SimCluster cluster = scenario.cluster;

  private SimMachine machine(String name) {
    return scenario.machine(name);
  }

  private void run(long millis) {
    scenario.run(millis);
  }

  private void until(BooleanSupplier condition) {
    scenario.until(condition);
  }

  private void putAll(SimMachine at, int w, boolean sloppy) {
    List<Future<WriteResult>> answers = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      answers.add(scenario.put(at, Scenario.key(i), w, sloppy));
    }
    run(3000);
    assertEquals(KEYS, answers.stream().filter(Future::succeeded).count());
  }

  private void requireWhole() {
    until(() -> cluster.isCalm() && cluster.pendingHints() == 0);
    for (int i = 0; i < KEYS; i += 10) {
      List<Coordinator.Holding> held = scenario.holdings(Scenario.key(i));
      long digest = held.get(0).reading().digest();
      assertTrue(digest != 0);
      for (int node = 0; node < 5; node++) {
        assertEquals(node < 3 ? digest : 0, held.get(node).reading().digest(), i + ": " + held);
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
      lacking += scenario.owners(Scenario.key(i)).contains("n3") ? 1 : 0;
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
      if (scenario.owners(key).contains("n3") && scenario.owners(key).contains("n1")) {
        count++;
        assertFalse(scenario.put(machine("n1"), key, 2, false).failed());
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
