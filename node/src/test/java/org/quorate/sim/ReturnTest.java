package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.coordinator.ReadResult;
import org.quorate.replica.Layout;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.version.Key;

/** What was deleted and reaped does not return by those who were not there or have it anew. */
class ReturnTest {
  private final Scenario scenario = new Scenario();
  private final SimCluster cluster = scenario.cluster;

  private static List<String> next(ClusterState state, Key key) {
    return Scenario.next(state.assignment(Layout.partition(state, key)));
  }

  private List<String> next(Key key) {
    return Scenario.next(scenario.assignment(key));
  }

  private void cut(String one, String other) {
    scenario.cut(one, other);
    scenario.cut(other, one);
  }

  private void delete(SimMachine at, Key key) {
    Future<?> deleted = scenario.delete(at, key, 2);
    scenario.until(deleted::isComplete);
    assertTrue(deleted.succeeded());
    scenario.until(scenario::isReaped);
  }

  private void requireGone(SimMachine at, Key key, int r, int millis) {
    for (int i = 0; i < millis / 10; i++) {
      Future<ReadResult> read = scenario.read(at, key, r);
      assertFalse(Scenario.hasValue(read), "at " + at.name() + " in round " + i);
    }
  }

  /** A stand-in still has for a former owner what was deleted since. */
  @Test
  void aHintBringsNothingBackToANewOwner() {
    scenario.putAll();
    SimMachine joiner = cluster.addMachine();
    Member member = new Member(joiner.name(), joiner.config.peer(), joiner.config.zone());
    ClusterState planned = cluster.state().join(member);
    Key key = Scenario.moving(planned, each -> next(planned, each).contains(joiner.name()));
    List<String> owners = new ArrayList<>(scenario.owners(key));
    List<String> stay = new ArrayList<>(owners);
    stay.retainAll(next(planned, key));
    owners.removeAll(stay);
    SimMachine writer = scenario.machine(stay.get(0));
    SimMachine leaver = scenario.machine(owners.get(0));
    leaver.kill();
    scenario.run(6000);
    scenario.put(writer, key, 2, true);
    scenario.run(100);
    SimMachine standIn =
        cluster.machines.stream()
            .filter(each -> each.ready() != null)
            .filter(each -> !each.ready().repair().pendingHints().isEmpty())
            .findFirst()
            .orElseThrow();
    standIn.kill();
    leaver.start();
    scenario.until(() -> !scenario.refills(leaver, key));
    delete(writer, key);
    joiner.start();
    scenario.until(() -> scenario.owners(key).contains(joiner.name()));
    standIn.start();
    requireGone(joiner, key, 2, 10_000);
    scenario.until(() -> scenario.isWhole() && cluster.pendingHints() == 0);
    requireGone(joiner, key, 3, 100);
  }

  /** It has not forgotten its copy yet, and is asked in the place of the owners, which are away. */
  @Test
  void aFormerOwnerDoesNotTellWhatItHadThen() {
    scenario.putAll();
    SimMachine joiner = cluster.addMachine();
    joiner.start();
    scenario.until(() -> cluster.state().transition() != null);
    Key key = scenario.moving(each -> next(each).contains(joiner.name()));
    SimMachine former = scenario.machine(leaver(key));
    List<String> owners = next(key);
    SimMachine other =
        cluster.machines.stream()
            .filter(each -> !each.equals(former) && !owners.contains(each.name()))
            .findFirst()
            .orElseThrow();
    while (scenario.assignment(key).isMoving()) {
      scenario.run(1);
    }
    other.retire(); // The transition waits for it.
    delete(joiner, key);
    assertTrue(
        former.disk().contains("log-", key.encoded())
            && !former.ready().repair().leaving().isEmpty());
    for (SimMachine each : cluster.machines) {
      if (!each.equals(former)) {
        cut(each.name(), former.name());
      }
    }
    scenario.run(6000);
    Future<ReadResult> read =
        scenario.ask(former, key, c -> c.read(key, Scenario.terms(1, true)), 1500);
    assertTrue(read.isComplete() && !Scenario.hasValue(read));
  }

  /** An owner that was away when another took its place, and is to be one again. */
  @Test
  void anOwnerThatMissedThatItWasNoneGoesOnWithNothing() {
    scenario.putAll();
    SimMachine joiner = cluster.addMachine();
    joiner.start();
    scenario.until(() -> cluster.state().transition() != null);
    Key key = scenario.moving(each -> next(each).contains(joiner.name()) && !isHolder(each, "n1"));
    SimMachine leaver = scenario.machine(leaver(key));
    List<String> stay = new ArrayList<>(next(key));
    stay.remove(joiner.name());
    while (!leaver.ready().state().assignment(scenario.partition(key)).isSettling()) {
      scenario.run(1);
    }
    long syncNanos = leaver.syncNanos;
    leaver.syncNanos = 100 * SimTime.SECOND; // It notes no state after this one.
    scenario.until(() -> !scenario.assignment(key).isMoving());
    leaver.powerCut();
    leaver.syncNanos = syncNanos;
    delete(scenario.machine(stay.get(0)), key);
    scenario.machine("n1").ready().participation().change(ClusterState::abort);
    scenario.until(() -> next(key).contains(leaver.name()));
    stay.forEach(each -> cut(each, leaver.name()));
    leaver.start();
    scenario.until(
        () -> leaver.ready() != null && leaver.ready().state().epoch() == cluster.state().epoch());
    assertTrue(scenario.refills(leaver, key));
    requireGone(leaver, key, 1, 5_000);
    scenario.mend();
    scenario.until(scenario::isWhole);
    requireGone(leaver, key, 3, 100);
  }

  private boolean isHolder(Key key, String name) {
    return scenario.assignment(key).holders(Scenario.N).contains(name);
  }

  private String leaver(Key key) {
    Assignment assignment = scenario.assignment(key);
    List<String> after = next(key);
    return assignment.sources(Scenario.N).stream()
        .filter(name -> !after.contains(name))
        .findFirst()
        .orElseThrow();
  }

  /** It comes with an empty disk, and is told of no member but those of the first day. */
  @Test
  void aNodeThatKnowsNobodyIsToldWhoTheMembersAre() {
    scenario.putAll();
    for (String gone : List.of("n1", "n2", "n4", "n5")) {
      scenario.machine(gone).retire();
      SimMachine by = cluster.addMachine();
      Member member = new Member(by.name(), by.config.peer(), by.config.zone());
      scenario.until(() -> cluster.state().transition() == null);
      scenario.machine("n3").ready().participation().change(s -> s.replace(gone, member));
      scenario.until(() -> cluster.state().hasNode(by.name()));
      by.start();
      scenario.until(() -> cluster.state().transition() == null && scenario.isWhole());
    }
    SimMachine old = scenario.machine("n3");
    old.powerCut();
    old.wipe();
    scenario.until(scenario::isWhole);
    for (int i = 0; i < Scenario.KEYS; i += 7) {
      assertTrue(Scenario.hasValue(scenario.read(old, Scenario.key(i), 2)), "key " + i);
    }
  }

  /** It has the others' copies already, and that of a source with an old disk comes last. */
  @Test
  void anOldDiskOfOneSourceIsCopiedToNobody() {
    scenario.putAll();
    for (SimMachine machine : List.copyOf(cluster.machines)) {
      machine.stop();
      scenario.until(() -> !machine.isRunning());
      scenario.until(scenario::isWhole);
    }
    for (int i = 0; i < Scenario.KEYS; i++) {
      scenario.delete(scenario.machine("n1"), Scenario.key(i), 3);
    }
    scenario.until(() -> scenario.isWhole() && scenario.isReaped());
    SimMachine joiner = cluster.addMachine();
    joiner.start();
    scenario.until(() -> cluster.state().transition() != null);
    Key key =
        scenario.moving(each -> next(each).contains(joiner.name()) && !last(each).equals("n1"));
    SimMachine old = scenario.machine(last(key));
    List<String> others = new ArrayList<>(scenario.assignment(key).sources(Scenario.N));
    others.remove(old.name());
    cut(joiner.name(), old.name());
    scenario.run(10_000);
    assertTrue(scenario.refills(joiner, key));
    old.powerCut();
    old.restore();
    others.forEach(other -> cut(other, old.name()));
    others.forEach(other -> cut(other, joiner.name()));
    scenario.mend(joiner.name(), old.name());
    scenario.mend(old.name(), joiner.name());
    scenario.until(
        () -> {
          old.start();
          return joiner.disk().contains("log-", key.encoded());
        });
    scenario.run(10_000);
    assertTrue(scenario.refills(joiner, key));
    scenario.mend();
    scenario.until(() -> !scenario.refills(joiner, key));
    assertFalse(scenario.holders(key).contains(joiner.name()));
    scenario.until(scenario::isWhole);
    requireGone(joiner, key, 3, 100);
  }

  /** The last source that a new owner asks. */
  private String last(Key key) {
    List<String> sources = scenario.assignment(key).sources(Scenario.N);
    return sources.get((scenario.partition(key) + Scenario.N - 1) % Scenario.N);
  }
}
