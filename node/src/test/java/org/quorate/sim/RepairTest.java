package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.ReadResult;
import org.quorate.coordinator.WriteResult;
import org.quorate.replica.Layout;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;

/** Lost disks are refilled, and what was deleted stays so, whatever comes back. */
class RepairTest {
  private static final long MONTH_MILLIS = 30L * 24 * 3600 * 1000;

  private final Scenario scenario = new Scenario();
  private final SimCluster cluster = scenario.cluster;
  private final SimMachine n1 = scenario.machine("n1");
  private final SimMachine n3 = scenario.machine("n3");

  private void deleteAll() {
    for (int i = 0; i < Scenario.KEYS; i++) {
      scenario.delete(n1, Scenario.key(i), 2);
    }
    scenario.run(3000);
  }

  private void untilReaped() {
    scenario.until(() -> scenario.isWhole() && cluster.pendingHints() == 0 && scenario.isReaped());
  }

  private void requireAllGone() {
    for (int i = 0; i < Scenario.KEYS; i += 7) {
      Future<ReadResult> read = scenario.read(n3, Scenario.key(i), 3);
      assertTrue(read.succeeded(), "key " + i);
      assertEquals(0, Scenario.values(read.result()), "key " + i);
    }
  }

  /** Whether any log on any disk still has a record of a key. */
  private boolean isInSomeLog(String key) {
    byte[] wanted = ("\1b" + key).getBytes(StandardCharsets.UTF_8);
    return cluster.machines.stream().anyMatch(machine -> machine.disk().contains("log-", wanted));
  }

  @Test
  void tombstonesThatAllHaveSeenLeaveTheLogs() {
    scenario.putAll();
    scenario.put(n1, Scenario.key(1000), 3, false);
    assertTrue(isInSomeLog("k123"));
    deleteAll();
    untilReaped();
    scenario.until(() -> !isInSomeLog("k123") && !isInSomeLog("k7") && !isInSomeLog("k299"));
    requireAllGone();
    cluster.machines.forEach(SimMachine::powerCut);
    untilReaped();
    requireAllGone();
    assertTrue(Scenario.hasValue(scenario.read(n1, Scenario.key(1000), 2)));
  }

  @Test
  void anOwnerThatWasAwayForAMonthBringsNothingBack() {
    scenario.putAll();
    n3.kill();
    scenario.run(6000);
    deleteAll();
    cluster.machines.forEach(machine -> machine.wallSkewMillis += MONTH_MILLIS);
    scenario.run(3_600_000);
    long unseen =
        IntStream.range(0, Scenario.KEYS)
            .mapToObj(Scenario::key)
            .filter(key -> scenario.owners(key).contains("n3"))
            .count();
    assertEquals(2 * unseen, scenario.waitingTombstones(), "an owner has not seen them");
    untilReaped();
    requireAllGone();
  }

  @Test
  void anOldDiskBringsNothingBackAndForgetsNothing() {
    scenario.putAll();
    n3.stop();
    scenario.until(() -> !n3.isRunning());
    untilReaped();
    deleteAll();
    for (int i = 0; i < Scenario.KEYS; i += 2) {
      scenario.put(n1, Scenario.key(1000 + i), 2, false);
    }
    untilReaped();
    for (int i = 0; i < Scenario.KEYS; i += 3) {
      scenario.put(n1, Scenario.key(i), CausalContext.EMPTY);
    }
    scenario.run(2000);
    n3.powerCut();
    n3.restore();
    untilReaped();
    for (int i = 0; i < Scenario.KEYS; i++) {
      Future<ReadResult> read = scenario.read(n3, Scenario.key(i), 2);
      assertEquals(i % 3 == 0 ? 1 : 0, Scenario.values(read.result()), "key " + i);
      if (i % 2 == 0) {
        assertTrue(Scenario.hasValue(scenario.read(n3, Scenario.key(1000 + i), 2)));
      }
    }
    for (int i = 0; i < Scenario.KEYS; i++) {
      scenario.put(n3, Scenario.key(2000 + i), 2, false);
    }
    scenario.run(2000);
    for (int i = 0; i < Scenario.KEYS; i++) {
      Future<ReadResult> read = scenario.read(n1, Scenario.key(2000 + i), 2);
      assertTrue(Scenario.hasValue(read), "a new key " + i);
    }
  }

  @Test
  void anOldDiskThatMeetsNobodyUsesNoDotTwice() {
    n3.stop();
    scenario.until(() -> !n3.isRunning());
    scenario.until(scenario::isWhole);
    Set<Dot> used = dotsOf(0);
    assertTrue(used.size() > 20);
    n3.powerCut();
    n3.restore();
    for (SimMachine other : cluster.machines) {
      scenario.cut(other.name(), n3.name());
      scenario.cut(n3.name(), other.name());
    }
    n3.start();
    scenario.until(() -> n3.ready() != null);
    scenario.run(10_000);
    used.retainAll(dotsOf(1000));
    assertEquals(Set.of(), used);
  }

  /** What is minted where 100 keys are written. */
  private Set<Dot> dotsOf(int first) {
    Set<Dot> dots = new HashSet<>();
    for (int i = first; i < first + 100; i++) {
      Future<WriteResult> put = scenario.put(n3, Scenario.key(i), 1, false);
      scenario.run(20);
      if (put.succeeded()) {
        put.result().state().siblings().versions().forEach(version -> dots.add(version.dot()));
      }
    }
    return dots;
  }

  @Test
  void aWipedNodeIsRefilledAndNeverSaysThatAKeyIsNotThere() {
    scenario.putAll();
    n3.powerCut();
    n3.wipe();
    n3.start();
    scenario.until(() -> n3.ready() != null);
    boolean wasRefilling = false;
    for (int i = 0; i < 4000 && !scenario.isWhole(); i++) {
      wasRefilling |= !n3.ready().repair().refilling().isEmpty();
      for (int r = 1; r <= 2; r++) {
        Future<ReadResult> read = scenario.read(n3, Scenario.key(i % Scenario.KEYS), r);
        assertTrue(!read.succeeded() || Scenario.hasValue(read), "r=" + r + " in round " + i);
      }
    }
    assertTrue(wasRefilling);
    scenario.until(scenario::isWhole);
    for (int i = 0; i < Scenario.KEYS; i += 10) {
      List<Coordinator.Holding> held = scenario.holdings(Scenario.key(i));
      long digest = held.get(0).reading().digest();
      assertTrue(digest != 0);
      assertEquals(digest, held.get(1).reading().digest());
      assertEquals(digest, held.get(2).reading().digest());
    }
  }

  /** What only one of the others has, too, and that in more than one answer. */
  @Test
  void aPartitionOfWhichOneAnswerCannotListAllIsRefilled() {
    Scenario apart = new Scenario(false, 20_000);
    int partition = Layout.partition(apart.cluster.state(), Scenario.key(0));
    List<String> owners = apart.owners(Scenario.key(0));
    String filler = "-".repeat(1000);
    List<Key> keys =
        IntStream.range(0, 10_000)
            .mapToObj(i -> Key.of("b", i + filler))
            .filter(key -> Layout.partition(apart.cluster.state(), key) == partition)
            .limit(400)
            .toList();
    apart.lose(owners.get(0), owners.get(2));
    SimMachine first = apart.machine(owners.get(0));
    keys.forEach(key -> assertTrue(apart.put(first, key, 2, false).succeeded()));
    apart.mend();
    SimMachine wiped = apart.machine(owners.get(1));
    wiped.powerCut();
    wiped.wipe();
    apart.until(apart::isWhole);
    for (Key key : keys.subList(0, 20)) {
      boolean isHeld =
          apart.holdings(key).stream()
              .filter(holding -> holding.node().equals(wiped.name()))
              .allMatch(holding -> holding.reading() != null && holding.reading().digest() != 0);
      assertTrue(isHeld, "key " + keys.indexOf(key));
    }
  }

  @Test
  void allOwnersLostAtOnceAreAClusterThatKnowsNothing() {
    scenario.putAll();
    cluster.machines.forEach(SimMachine::powerCut);
    cluster.machines.forEach(SimMachine::wipe);
    scenario.until(scenario::isWhole);
    requireAllGone();
    scenario.putAll();
    assertTrue(Scenario.hasValue(scenario.read(n1, Scenario.key(5), 3)));
  }
}
