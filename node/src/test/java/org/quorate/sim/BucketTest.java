package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.coordinator.QuorumException;
import org.quorate.coordinator.ReadResult;
import org.quorate.coordinator.WriteResult;
import org.quorate.replica.Write;
import org.quorate.ring.BucketProperties;
import org.quorate.ring.ChangeRefusedException;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.version.Key;

/** Buckets with a number of owners of their own, in a cluster of five that has three a key. */
class BucketTest {
  private static final int KEYS = 60;

  private final Scenario scenario = new Scenario();

  private static BucketProperties majority(int n) {
    return new BucketProperties(n, n / 2 + 1, n / 2 + 1);
  }

  private Future<ClusterState> begin(String bucket, int n) {
    return scenario
        .machine("n2")
        .ready()
        .participation()
        .change(state -> state.bucket(bucket, majority(n)));
  }

  /** Completes the founding; tells whether it succeeded. */
  private boolean found(String bucket, int n) {
    Future<ClusterState> begun = begin(bucket, n);
    scenario.until(begun::isComplete);
    assertTrue(begun.succeeded(), () -> String.valueOf(begun.cause()));
    scenario.until(() -> scenario.cluster.state().founding() == null);
    scenario.until(scenario::isWhole);
    return scenario.cluster.state().copies(bucket) == n;
  }

  private static Key key(String bucket, int i) {
    return Key.of(bucket, "k" + i);
  }

  private void putAll(String bucket, int n) {
    for (int i = 0; i < KEYS; i++) {
      Future<WriteResult> put = scenario.put(scenario.machine("n1"), key(bucket, i), n);
      scenario.until(put::isComplete);
      assertTrue(put.succeeded(), () -> String.valueOf(put.cause()));
    }
  }

  private void requireAll(SimMachine at, String bucket, int n) {
    for (int i = 0; i < KEYS; i++) {
      Future<ReadResult> read = scenario.readMajority(at, key(bucket, i), n);
      scenario.until(read::isComplete);
      assertTrue(Scenario.hasValue(read), bucket + " " + i + ": " + read);
    }
  }

  private long holders(Key key) {
    return scenario.holders(key).size();
  }

  @Test
  void bucketsHaveAsManyOwnersAsTheySayWhoeverComesAndGoes() {
    putAll("b", 3);
    assertTrue(found("five", 5));
    assertTrue(found("one", 1));
    assertTrue(found("another-five", 5));
    putAll("five", 5);
    putAll("one", 1);
    putAll("another-five", 5);
    scenario.run(3000);
    assertEquals(5, holders(key("five", 7)));
    assertEquals(3, holders(key("b", 7)));
    assertEquals(1, holders(key("one", 7)));
    requireBalanced();
    SimMachine joiner = scenario.cluster.addMachine();
    joiner.start();
    scenario.until(() -> scenario.cluster.state().ring().hasMember(joiner.name()));
    leave("n3");
    scenario.until(scenario::isWhole);
    requireBalanced();
    for (SimMachine machine : List.of(joiner, scenario.machine("n1"))) {
      requireAll(machine, "b", 3);
      requireAll(machine, "five", 5);
      requireAll(machine, "one", 1);
      requireAll(machine, "another-five", 5);
    }
    Future<ClusterState> few =
        scenario.machine("n1").ready().participation().change(s -> s.leave("n2", false));
    scenario.until(few::isComplete);
    assertEquals(
        "leave of n2 is refused: 4 members < n=5 owners of bucket another-five",
        few.cause().getMessage());
  }

  private void leave(String name) {
    Future<ClusterState> left =
        scenario.machine("n1").ready().participation().change(s -> s.leave(name, false));
    scenario.until(() -> left.isComplete() && scenario.machine(name).isRetired());
    assertTrue(left.succeeded());
  }

  private void requireBalanced() {
    ClusterState state = scenario.cluster.state();
    int slots = state.ring().slots();
    for (int layer = 0; layer < state.ring().layers().size(); layer++) {
      Map<String, Integer> owned = new HashMap<>();
      for (int p = layer * slots; p < (layer + 1) * slots; p++) {
        state.ring().owners(p, state.copies(p)).stream()
            .map(Member::name)
            .forEach(owner -> owned.merge(owner, 1, Integer::sum));
      }
      List<Integer> counts = new ArrayList<>(owned.values());
      assertTrue(Collections.max(counts) - Collections.min(counts) <= 1, owned::toString);
    }
  }

  @Test
  void allIsThereAfterKillsAndPowerCuts() {
    assertTrue(found("five", 5));
    putAll("five", 5);
    putAll("b", 3);
    for (int round = 0; round < 2; round++) {
      boolean isCut = round == 1;
      scenario.cluster.machines.forEach(
          machine -> {
            if (isCut) {
              machine.powerCut();
            } else {
              machine.kill();
            }
          });
      scenario.until(scenario::isWhole);
      requireAll(scenario.machine("n4"), "five", 5);
      requireAll(scenario.machine("n4"), "b", 3);
    }
    scenario.cluster.nodes().forEach(org.quorate.Node::requireExactTrees);
  }

  @Test
  void aWipedOwnerIsRefilledInAllLayers() {
    assertTrue(found("five", 5));
    putAll("five", 5);
    putAll("b", 3);
    SimMachine wiped = scenario.machine("n3");
    wiped.kill();
    wiped.wipe();
    scenario.until(scenario::isWhole);
    scenario.run(3000);
    assertEquals(5, holders(key("five", 3)));
    assertEquals(3, holders(key("b", 3)));
  }

  /** It does not know in which layer the keys are that others send it as soon as they reach it. */
  @Test
  void anOwnerThatBeganBeyondACutTakesNothingBeforeItHasCaughtUp() {
    assertTrue(found("five", 5));
    SimMachine wiped = scenario.machine("n3");
    for (SimMachine each : scenario.cluster.machines) {
      if (!each.equals(wiped)) {
        scenario.cut(each.name(), "n3");
        scenario.cut("n3", each.name());
      }
    }
    wiped.kill();
    wiped.wipe();
    wiped.start();
    scenario.until(() -> wiped.ready() != null);
    assertEquals(1, wiped.ready().state().epoch());
    long syncNanos = wiped.syncNanos;
    wiped.syncNanos = SimTime.SECOND; // It takes so long to note the state.
    scenario.mend();
    for (int i = 0; i < 3000; i++) {
      scenario.put(scenario.machine("n1"), key("five", i % KEYS), 5);
    }
    wiped.syncNanos = syncNanos;
    scenario.until(scenario::isWhole);
    requireAll(wiped, "five", 5);
  }

  /** It was refilled by the one other owner, which has nothing of what was deleted. */
  @Test
  void anOldDiskOfOneOfTwoOwnersBringsNothingBack() {
    assertTrue(found("two", 2));
    putAll("two", 2);
    SimMachine old = scenario.machine("n3");
    old.stop();
    scenario.until(() -> !old.isRunning());
    scenario.until(scenario::isWhole);
    Write delete = new Write(null, true, List.of(), new byte[0]);
    for (int i = 0; i < KEYS; i++) {
      Key key = key("two", i);
      scenario.ask(
          scenario.machine("n1"), key, c -> c.write(key, delete, Scenario.terms(2, 2, false)), 10);
    }
    scenario.until(() -> scenario.isWhole() && scenario.isReaped());
    old.powerCut();
    old.restore();
    old.start();
    scenario.until(() -> old.ready() != null && old.ready().repair().refilling().isEmpty());
    for (int i = 0; i < KEYS; i++) {
      Key key = key("two", i);
      Future<ReadResult> read =
          scenario.ask(old, key, c -> c.read(key, Scenario.terms(2, 1, false)), 5);
      scenario.until(read::isComplete);
      assertEquals(0, Scenario.values(read.result()), "key " + i);
    }
  }

  /** What one node alone had is lost with it, and nothing else. */
  @Test
  void aLostMemberCanBeReplacedWhateverBucketsThereAre() {
    assertTrue(found("one", 1));
    assertTrue(found("five", 5));
    putAll("one", 1);
    putAll("five", 5);
    putAll("b", 3);
    List<String> owners = new ArrayList<>();
    ClusterState state = scenario.cluster.state();
    for (int i = 0; i < KEYS; i++) {
      owners.add(scenario.assignment(key("one", i)).now().get(0).name());
    }
    scenario.machine("n4").retire();
    SimMachine by = scenario.cluster.addMachine();
    Member member = new Member(by.name(), by.config.peer(), by.config.zone());
    Future<ClusterState> replaced =
        scenario
            .machine("n2")
            .ready()
            .participation()
            .change(before -> before.replace("n4", member));
    scenario.until(replaced::isComplete);
    assertTrue(replaced.succeeded(), () -> String.valueOf(replaced.cause()));
    by.start();
    scenario.until(() -> scenario.cluster.state().ring().hasMember(by.name()));
    scenario.until(scenario::isWhole);
    assertEquals(state.ring().layers(), scenario.cluster.state().ring().layers());
    requireAll(by, "five", 5);
    requireAll(by, "b", 3);
    for (int i = 0; i < KEYS; i++) {
      Future<ReadResult> read = scenario.readMajority(by, key("one", i), 1);
      scenario.until(read::isComplete);
      assertEquals(!owners.get(i).equals("n4"), Scenario.hasValue(read), "key " + i);
    }
  }

  @Test
  void aBucketThatHasKeysKeepsItsN() {
    putAll("b", 3);
    assertFalse(found("b", 5));
    assertEquals(List.of(3), scenario.cluster.state().ring().layers());
    requireAll(scenario.machine("n3"), "b", 3);
    putAll("b", 3);
    assertNull(scenario.cluster.state().buckets().get("b"));
  }

  @Test
  void whatWasWrittenWhileABucketWasFoundedIsThere() {
    for (int round = 0; round < 12; round++) {
      String bucket = "race" + round;
      SimMachine writer = scenario.machine("n" + (1 + round % 5));
      Key key = key(bucket, 0);
      Future<ClusterState> begun = begin(bucket, 5);
      scenario.run(round * 3);
      Future<WriteResult> put = scenario.put(writer, key, 3);
      scenario.until(() -> begun.isComplete() && put.isComplete());
      scenario.until(() -> scenario.cluster.state().founding() == null);
      scenario.until(scenario::isWhole);
      int n = scenario.cluster.state().copies(bucket);
      Future<ReadResult> read = scenario.readMajority(writer, key, n);
      scenario.until(read::isComplete);
      assertTrue(read.succeeded());
      assertTrue(!put.succeeded() || Scenario.hasValue(read), "round " + round + ", n=" + n);
      assertTrue(!put.succeeded() || n == 3, "round " + round + " was acknowledged");
    }
  }

  @Test
  void operationsWithAnotherNAreRefused() {
    assertTrue(found("five", 5));
    Future<WriteResult> put = scenario.put(scenario.machine("n1"), key("five", 1), 3);
    scenario.until(put::isComplete);
    QuorumException refused = assertInstanceOf(QuorumException.class, put.cause());
    assertEquals(QuorumException.Kind.OTHER_N, refused.kind());
    assertTrue(refused.isNotApplied());
    Future<ReadResult> read = scenario.readMajority(scenario.machine("n1"), key("five", 1), 3);
    scenario.until(read::isComplete);
    assertInstanceOf(QuorumException.class, read.cause());
  }

  @Test
  void aFoundingFailsWhenAMemberGoesDownAndNothingElseChangesMeanwhile() {
    scenario.cut("n3", "n1");
    scenario.cut("n1", "n3");
    Future<ClusterState> begun = begin("late", 5);
    scenario.until(begun::isComplete);
    Future<ClusterState> join =
        scenario.machine("n4").ready().participation().change(s -> s.leave("n5", false));
    scenario.until(join::isComplete);
    ChangeRefusedException refused = assertInstanceOf(ChangeRefusedException.class, join.cause());
    assertEquals(
        "leave of n5 is refused: n=5 of bucket late is being set since epoch 2",
        refused.getMessage());
    scenario.machine("n3").kill();
    scenario.until(
        () -> {
          scenario.run(100);
          return scenario.cluster.state().founding() == null;
        });
    scenario.mend();
    scenario.until(scenario::isWhole);
    assertNull(scenario.cluster.state().buckets().get("late"));
    putAll("late", 3);
    requireAll(scenario.machine("n3"), "late", 3);
  }
}
