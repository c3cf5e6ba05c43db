package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quorate.coordinator.ReadResult;
import org.quorate.membership.UndecidedException;
import org.quorate.ring.Assignment;
import org.quorate.ring.ChangeRefusedException;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.version.Key;

/** Members come and go, and nothing that was acknowledged is missed at any step. */
class ElasticTest {
  private static final int N = 3;

  private Scenario scenario = new Scenario();

  private void requireAll(SimMachine at) {
    for (int i = 0; i < Scenario.KEYS; i += 7) {
      assertTrue(Scenario.hasValue(scenario.read(at, Scenario.key(i), 2)), "key " + i);
    }
  }

  private Future<ClusterState> change(String at, UnaryOperator<ClusterState> change) {
    return scenario.machine(at).ready().participation().change(change);
  }

  private void untilDone() {
    scenario.until(
        () ->
            scenario.isWhole()
                && scenario.cluster.nodes().allMatch(node -> node.repair().leaving().isEmpty()));
  }

  private void requireBalanced() {
    List<Integer> owned = new ArrayList<>(scenario.cluster.state().ring().owned().values());
    assertTrue(Collections.max(owned) - Collections.min(owned) <= 1, "owned " + owned);
  }

  /** A key whose partition is on its way to other owners. */
  private Key moving(Predicate<Assignment> which) {
    return scenario.moving(key -> which.test(scenario.assignment(key)));
  }

  @Test
  void aClusterGrowsAndShrinksAndForgetsWhatItGaveAway() {
    scenario.putAll();
    for (int i = 0; i < 2; i++) {
      SimMachine joiner = scenario.cluster.addMachine();
      joiner.start();
      scenario.until(() -> scenario.cluster.state().ring().hasMember(joiner.name()));
      untilDone();
      requireBalanced();
      requireAll(joiner);
    }
    for (String leaver : List.of("n1", "n6", "n3", "n2")) {
      change(scenario.machine("n5").ready() == null ? "n4" : "n5", s -> s.leave(leaver, false));
      scenario.until(() -> scenario.machine(leaver).isRetired());
      untilDone();
      requireBalanced();
      requireAll(scenario.machine("n7"));
    }
    assertEquals(3, scenario.cluster.state().ring().members().size());
  }

  @Test
  void aLostMemberIsReplacedAndItsPlacesAreTaken() {
    scenario.putAll();
    SimMachine dead = scenario.machine("n2");
    dead.retire();
    SimMachine by = scenario.cluster.addMachine();
    Member member = new Member(by.name(), by.config.peer(), by.config.zone());
    change("n4", state -> state.replace("n2", member));
    scenario.run(1000);
    by.start();
    scenario.until(() -> scenario.cluster.state().transition() == null);
    untilDone();
    requireBalanced();
    requireAll(by);
    assertFalse(scenario.cluster.state().ring().hasMember("n2"));
  }

  /** What no living node has is lost, and nothing else. */
  @Test
  void whoIsLeftOfALostMajorityGoesOnWhenItIsForced() {
    scenario.putAll();
    Set<String> lost = Set.of("n1", "n2", "n3");
    Set.of("n2", "n3").forEach(name -> scenario.machine(name).retire());
    Future<ClusterState> living = scenario.machine("n4").ready().participation().force(lost);
    scenario.until(living::isComplete);
    assertTrue(String.valueOf(living.cause()).contains("n1 can be asked"), "" + living.cause());
    scenario.machine("n1").retire();
    Future<ClusterState> undecided = change("n4", state -> state.leave("n1", true));
    scenario.until(undecided::isComplete);
    assertInstanceOf(UndecidedException.class, undecided.cause());
    Map<Integer, List<String>> owners = new TreeMap<>();
    for (int i = 0; i < Scenario.KEYS; i++) {
      owners.put(i, scenario.owners(Scenario.key(i)));
    }
    scenario.machine("n4").ready().participation().force(lost);
    scenario.until(
        () ->
            scenario.cluster.state().ring().members().size() == 2
                && scenario.cluster.state().transition() == null);
    owners.forEach(
        (i, had) -> {
          Future<ReadResult> read = scenario.read(scenario.machine("n5"), Scenario.key(i), 2);
          scenario.until(read::isComplete);
          assertTrue(read.succeeded(), "key " + i);
          assertEquals(!lost.containsAll(had), Scenario.hasValue(read), "key " + i);
        });
    SimMachine joiner = scenario.cluster.addMachine();
    joiner.start();
    scenario.until(() -> scenario.cluster.state().ring().hasMember(joiner.name()));
  }

  @Test
  void anAbortedJoinLeavesTheRingAsItWas() {
    scenario.putAll();
    ClusterState before = scenario.cluster.state();
    SimMachine joiner = scenario.cluster.addMachine();
    joiner.start();
    scenario.until(() -> scenario.cluster.state().transition() != null);
    change("n3", ClusterState::abort);
    scenario.until(() -> joiner.isRetired());
    untilDone();
    assertEquals(before.ring(), scenario.cluster.state().ring());
    requireAll(scenario.machine("n3"));
  }

  /** A member is let in to relieve it. */
  @Test
  void aFormerOwnerGivesUpWhatItHasThoughItsDiskIsFull() {
    scenario.putAll();
    SimMachine full = scenario.machine("n3");
    full.disk().freeBytes(200L << 20);
    SimMachine joiner = scenario.cluster.addMachine();
    joiner.start();
    scenario.until(() -> scenario.cluster.state().ring().hasMember(joiner.name()));
    scenario.until(() -> scenario.cluster.state().transition() == null);
    scenario.until(() -> full.ready().repair().leaving().isEmpty());
    requireAll(joiner);
  }

  private SimMachine newcomer(Key key) {
    return scenario.machine(scenario.assignment(key).newcomers(N).get(0));
  }

  /** The disk does not tell any more why it has it. */
  @Test
  void aCopyThatIsNotNeededAnyMoreIsForgottenAfterAKillToo() {
    scenario.putAll();
    change("n1", state -> state.leave("n4", false));
    scenario.until(() -> scenario.cluster.state().transition() != null);
    Key key =
        scenario.moving(
            each ->
                !scenario.assignment(each).newcomers(N).isEmpty()
                    && !newcomer(each).disk().contains("log-", each.encoded()));
    SimMachine newcomer = newcomer(key);
    List<String> sources = new ArrayList<>(scenario.assignment(key).sources(N));
    sources.removeAll(List.of("n1", "n4"));
    scenario.cut(sources.get(0), newcomer.name()); // So it cannot have all.
    while (!newcomer.disk().contains("log-", key.encoded())) {
      scenario.run(1);
    }
    change("n4", ClusterState::abort);
    while (newcomer.ready().repair().leaving().isEmpty()) {
      scenario.run(1);
    }
    newcomer.kill();
    scenario.mend();
    newcomer.start();
    untilDone();
    List<String> holders = scenario.holders(key);
    assertFalse(holders.contains(newcomer.name()));
    assertEquals(N, holders.size());
  }

  @Test
  void aSecondChangeIsRefusedAndSaysWhy() {
    change("n1", state -> state.leave("n2", false));
    scenario.until(() -> scenario.cluster.state().transition() != null);
    Future<ClusterState> second = change("n3", state -> state.leave("n4", false));
    scenario.until(second::isComplete);
    ChangeRefusedException refused = assertInstanceOf(ChangeRefusedException.class, second.cause());
    assertEquals(ChangeRefusedException.Reason.CONFLICT, refused.reason());
    assertEquals(
        "leave of n4 is refused: the leave of n2 is under way since epoch 2", refused.getMessage());
    scenario.until(() -> scenario.machine("n2").isRetired());
  }

  @Test
  void ofTwoOperatorsOnBothSidesOfACutOneWins() {
    List<String> few = List.of("n1", "n2");
    List<String> many = List.of("n3", "n4", "n5");
    for (String one : few) {
      for (String other : many) {
        scenario.cut(one, other);
        scenario.cut(other, one);
      }
    }
    Future<ClusterState> minority = change("n1", state -> state.leave("n5", false));
    Future<ClusterState> majority = change("n3", state -> state.leave("n1", false));
    scenario.until(() -> minority.isComplete() && majority.isComplete());
    assertTrue(majority.succeeded());
    assertInstanceOf(UndecidedException.class, minority.cause());
    String told = String.valueOf(minority.cause().getMessage());
    assertTrue(told.contains("agreed: n1, n2)"), told);
    scenario.mend();
    Future<ClusterState> again = change("n2", state -> state.leave("n5", false));
    scenario.until(again::isComplete);
    assertInstanceOf(ChangeRefusedException.class, again.cause());
    scenario.until(() -> scenario.machine("n1").isRetired());
    scenario.cluster.requireOneChain();
  }

  @Test
  void whatOnlySomeOfTheOldOwnersHaveIsNotLeftBehind() {
    scenario = new Scenario(false, 30_000);
    scenario.run(12_000);
    List<Key> written = new ArrayList<>();
    for (int i = 0; i < Scenario.KEYS; i++) {
      Key key = Scenario.key(i);
      Assignment assignment = scenario.assignment(key);
      int partition = scenario.cluster.state().ring().slotOf(key.hash());
      List<String> owners = assignment.sources(N);
      String without = owners.get(partition % N);
      String writer = owners.get((partition + 1) % N);
      scenario.lose(writer, without);
      Future<?> put = scenario.put(scenario.machine(writer), key, 2, false);
      scenario.run(20);
      assertTrue(put.succeeded());
      scenario.mend(writer, without);
      written.add(key);
    }
    SimMachine joiner = scenario.cluster.addMachine();
    joiner.start();
    scenario.until(() -> scenario.cluster.state().transition() != null);
    Key key =
        moving(
            assignment -> {
              List<String> next = Scenario.next(assignment);
              return next.contains(joiner.name()) && next.contains(lacking(assignment));
            });
    String lacking = lacking(scenario.assignment(key));
    List<String> holders = new ArrayList<>(scenario.assignment(key).sources(N));
    holders.remove(lacking);
    for (String holder : holders) {
      scenario.cut(holder, joiner.name());
      scenario.cut(joiner.name(), holder);
    }
    scenario.run(20_000);
    Future<ReadResult> read =
        scenario.ask(joiner, key, c -> c.read(key, Scenario.terms(2, false)), 1500);
    assertTrue(!read.succeeded() || Scenario.hasValue(read), "read of those who lacked it");
    assertTrue(scenario.assignment(key).isMoving());
    scenario.mend();
    scenario.until(() -> scenario.cluster.state().ring().hasMember(joiner.name()));
    for (Key each : written) {
      assertTrue(Scenario.hasValue(scenario.read(joiner, each, 2)));
    }
  }

  /** The owner that was left out when the keys of a partition were written. */
  private String lacking(Assignment assignment) {
    List<String> owners = assignment.sources(N);
    return owners.get(partitionOf(assignment) % N);
  }

  private int partitionOf(Assignment assignment) {
    ClusterState state = scenario.cluster.state();
    return IntStream.range(0, state.ring().partitions())
        .filter(p -> state.assignment(p).equals(assignment))
        .findFirst()
        .orElseThrow();
  }

  /** It has nothing to give while it has gaps itself, and must be asked again when it has none. */
  @Test
  void whatSettlesWaitsForASourceThatHasLostItsDisk() {
    scenario.putAll();
    SimMachine joiner = scenario.cluster.addMachine();
    joiner.start();
    scenario.until(() -> scenario.cluster.state().transition() != null);
    Key key = moving(assignment -> Scenario.next(assignment).contains(joiner.name()));
    List<String> sources = scenario.assignment(key).sources(N);
    String wiped = sources.get(sources.get(0).equals("n1") ? 1 : 0); // n1 drives the transition.
    scenario.until(() -> !scenario.refills(joiner, key));
    assertTrue(!scenario.assignment(key).isSettling());
    scenario.machine(wiped).powerCut();
    scenario.machine(wiped).wipe();
    for (String other : sources) {
      scenario.cut(other, wiped);
      scenario.cut(wiped, other);
    }
    scenario.until(
        () -> {
          scenario.machine(wiped).start();
          return scenario.assignment(key).isSettling()
              && scenario.refills(scenario.machine(wiped), key);
        });
    scenario.run(10_000);
    assertTrue(scenario.assignment(key).isSettling());
    scenario.mend();
    scenario.until(() -> scenario.cluster.state().ring().hasMember(joiner.name()));
    requireAll(joiner);
  }

  /** What failed is asked for again, though there is more that is known to differ. */
  @Test
  void aCopyGoesOnAfterTheDiskWasFull() {
    scenario.putAll();
    SimMachine joiner = scenario.cluster.addMachine();
    joiner.start();
    while (joiner.ready() == null || joiner.ready().state().transition() == null) {
      scenario.run(1);
    }
    joiner.disk().freeBytes(0);
    scenario.run(10_000);
    assertFalse(scenario.cluster.state().ring().hasMember(joiner.name()));
    joiner.disk().freeBytes(Long.MAX_VALUE);
    scenario.until(() -> scenario.cluster.state().ring().hasMember(joiner.name()));
    requireAll(joiner);
  }

  /** What only one owner stored, and a read saw and repaired while it was copied. */
  @Test
  void whatWasSeenAfterItWasCopiedIsCopiedToo() {
    scenario = new Scenario(false, 300_000);
    scenario.run(12_000);
    SimMachine joiner = scenario.cluster.addMachine();
    joiner.start();
    scenario.until(() -> scenario.cluster.state().transition() != null);
    Key key =
        moving(
            assignment ->
                Scenario.next(assignment).contains(joiner.name())
                    && !Scenario.next(assignment).contains("n1")
                    && !assignment.sources(N).contains("n1"));
    List<String> after = Scenario.next(scenario.assignment(key));
    List<String> stay = new ArrayList<>(scenario.assignment(key).sources(N));
    List<String> gone = new ArrayList<>(stay);
    stay.retainAll(after);
    gone.removeAll(after);
    String leaver = gone.get(0);
    String reader = stay.get(0);
    String other = stay.get(1);
    scenario.until(() -> !scenario.refills(joiner, key));
    scenario.machine("n1").pause(2 * SimTime.SECOND); // It drives the transition.
    for (String node : List.of(reader, other, joiner.name())) {
      scenario.lose(leaver, node);
    }
    scenario.put(scenario.machine(leaver), key, 2, false);
    scenario.run(20);
    scenario.mend(leaver, reader);
    scenario.lose(reader, other);
    Future<ReadResult> seen = scenario.read(scenario.machine(reader), key, 2);
    scenario.until(seen::isComplete);
    assertTrue(Scenario.hasValue(seen));
    assertTrue(scenario.assignment(key).isMoving() && !scenario.assignment(key).isSettling());
    scenario.mend();
    scenario.until(() -> !scenario.assignment(key).isMoving());
    scenario.lose(other, reader);
    Future<ReadResult> later = scenario.read(scenario.machine(other), key, 2);
    scenario.until(later::isComplete);
    assertTrue(!later.succeeded() || Scenario.hasValue(later), "it was seen before");
    scenario.mend();
  }

  @Test
  void aCoordinatorThatMissedTheChangeIsRefused() {
    scenario.cluster.addMachine().start();
    scenario.until(() -> scenario.cluster.state().transition() != null);
    Key key = moving(assignment -> Scenario.next(assignment).contains("n6"));
    List<String> before = scenario.assignment(key).sources(N);
    List<String> after = Scenario.next(scenario.assignment(key));
    String leaver = before.stream().filter(node -> !after.contains(node)).findAny().orElseThrow();
    String stays = before.stream().filter(after::contains).findFirst().orElseThrow();
    String writer =
        after.stream().filter(node -> before.contains(node) && !node.equals(stays)).findAny().get();
    SimMachine late =
        scenario.cluster.machines.stream()
            .filter(machine -> !before.contains(machine.name()) && !machine.name().equals("n6"))
            .findAny()
            .orElseThrow();
    long began = scenario.cluster.state().epoch();
    scenario.until(() -> late.ready().state().epoch() == began);
    scenario.until(() -> !scenario.refills(scenario.machine("n6"), key));
    scenario.cluster.machines.forEach(each -> scenario.cut(each.name(), late.name()));
    scenario.until(() -> !scenario.assignment(key).isMoving());
    assertTrue(late.ready().state().epoch() < scenario.cluster.state().epoch());
    scenario.cut(writer, stays);
    Future<?> put = scenario.put(scenario.machine(writer), key, 2, false);
    scenario.run(20);
    assertTrue(put.succeeded(), "written by the new owners");
    List<Future<ReadResult>> read = new ArrayList<>();
    var coordinator = late.ready().coordinator(key);
    coordinator.loop().execute(() -> read.add(coordinator.read(key, Scenario.terms(2, false))));
    scenario.run(1);
    scenario.mend(stays, late.name());
    scenario.mend(leaver, late.name());
    scenario.run(600);
    scenario.mend();
    scenario.run(1000);
    assertTrue(!read.get(0).succeeded() || Scenario.hasValue(read.get(0)));
    assertTrue(Scenario.hasValue(scenario.read(late, key, 2)));
  }
}
