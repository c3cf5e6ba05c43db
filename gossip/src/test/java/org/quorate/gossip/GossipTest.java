package org.quorate.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.gossip.SimMembers.Sim;
import org.quorate.gossip.Stats.Event;

/** What members come to believe under each kind of trouble. */
class GossipTest {
  private static final long SECOND = SimMembers.SECOND;
  private static final long MILLI = SimMembers.MILLI;

  /** Who was believed dead though its process ran, and who was suspected. */
  private static Set<String> falselyDead(SimMembers sim) {
    Set<String> dead = new HashSet<>();
    sim.watch =
        (at, view, now) -> {
          String name = view.member().name();
          boolean runs = sim.members.stream().anyMatch(m -> m.name.equals(name) && !m.crashed);
          if (view.state() == State.DEAD && runs) {
            dead.add(at.name + " of " + name);
          }
        };
    return dead;
  }

  private static long untilOneCluster(SimMembers sim, long most) {
    long began = sim.now;
    while (!sim.isOneCluster()) {
      assertTrue(
          sim.now - began < most, "not one cluster after " + (sim.now - began) / 1e9 + " s" + sim);
      sim.runUntil(sim.now + 20 * MILLI);
    }
    return sim.now - began;
  }

  @Test
  void strangersFindEachOtherByTheirAddresses() {
    for (int size : new int[] {1, 2, 3, 5, 50}) {
      SimMembers sim = SimMembers.strangers(size, size);
      untilOneCluster(sim, 5 * SECOND);
      for (Sim member : sim.members) {
        assertEquals("h0", member.gossip.view("m0").orElseThrow().member().http());
      }
    }
  }

  @Test
  void oneWhoKnowsOnlyOneOtherComesToKnowAll() {
    SimMembers sim = SimMembers.settled(100, 1);
    sim.runUntil(5 * SECOND);
    sim.start(100, 7, 1, List.of(View.seed("m3", "3", "")));
    untilOneCluster(sim, 5 * SECOND);
  }

  @Test
  void aPauseShorterThanTheTimeToRefuteKillsNobody() {
    for (int seed = 0; seed < 50; seed++) {
      SimMembers sim = SimMembers.settled(5, seed);
      Set<String> dead = falselyDead(sim);
      sim.runUntil(10 * SECOND);
      sim.members.get(2).pause();
      sim.runUntil(13 * SECOND);
      sim.members.get(2).resume();
      sim.runUntil(30 * SECOND);
      assertEquals(Set.of(), dead, "seed " + seed);
      assertTrue(sim.isOneCluster(), "seed " + seed);
    }
  }

  @Test
  void oneWhoSleptAccusesNobody() {
    for (int seed = 0; seed < 50; seed++) {
      SimMembers sim = SimMembers.settled(10, seed);
      Sim sleeper = sim.members.get(4);
      sim.runUntil(10 * SECOND + sim.random.nextLong(SECOND));
      Set<String> accused = new HashSet<>();
      sim.watch =
          (at, view, now) -> {
            if (at.equals(sleeper) && !view.state().equals(State.ALIVE)) {
              accused.add(view.member().name());
            }
          };
      sleeper.pause();
      sim.runUntil(sim.now + 30 * SECOND);
      sleeper.resume();
      sim.runUntil(sim.now + 20 * SECOND);
      assertEquals(Set.of(), accused, "seed " + seed);
      assertTrue(sleeper.gossip.stats().of(Event.SLEEP) > 0);
      assertTrue(sim.isOneCluster(), "seed " + seed);
    }
  }

  @Test
  void aHealedCutBecomesOneClusterWithinFiveSeconds() {
    for (int size : new int[] {2, 3, 5, 9, 100}) {
      for (int seed = 0; seed < 10; seed++) {
        SimMembers sim = SimMembers.settled(size, seed);
        int left = Math.max(1, size * 2 / 5);
        sim.runUntil(10 * SECOND);
        sim.isCut = (from, to) -> (from.index < left) != (to.index < left);
        sim.runUntil(40 * SECOND);
        assertFalse(sim.members.get(0).believes("m" + (size - 1)).isLiving());
        sim.isCut = (from, to) -> false;
        untilOneCluster(sim, 5 * SECOND);
      }
    }
  }

  @Test
  void aWayThatIsCutBetweenTwoKillsNobody() {
    for (int seed = 0; seed < 20; seed++) {
      SimMembers sim = SimMembers.settled(5, seed);
      Set<String> dead = falselyDead(sim);
      boolean bothWays = seed % 2 == 0;
      sim.isCut =
          (from, to) ->
              (from.index == 0 && to.index == 1) || (bothWays && from.index == 1 && to.index == 0);
      sim.runUntil(120 * SECOND);
      assertEquals(Set.of(), dead, "seed " + seed);
    }
  }

  @Test
  void oneLossyMemberGetsNoHealthyOneKilled() {
    SimMembers sim = SimMembers.settled(100, 3);
    Set<String> dead = falselyDead(sim);
    sim.members.get(0).loss = 0.5;
    sim.runUntil(300 * SECOND);
    dead.removeIf(each -> each.endsWith(" of m0"));
    assertEquals(Set.of(), dead);
  }

  @Test
  void lossAndPausesKillNobody() {
    SimMembers sim = SimMembers.settled(100, 4);
    Set<String> dead = falselyDead(sim);
    sim.loss = 0.05;
    pauseSome(sim, 1, 5 * SECOND);
    sim.runUntil(300 * SECOND);
    assertEquals(Set.of(), dead);
  }

  /** An hour of it takes some minutes: {@code -Dquorate.seconds=3600}. */
  @Test
  void aThousandMembersKillNobody() {
    int seconds = Integer.getInteger("quorate.seconds", 70);
    for (String kind : List.of("5 % loss", "1 % paused 5 s a minute", "one loses 50 %")) {
      SimMembers sim = SimMembers.settled(1000, kind.length());
      Set<String> dead = falselyDead(sim);
      sim.loss = kind.contains("5 % loss") ? 0.05 : 0;
      sim.members.get(0).loss = kind.startsWith("one") ? 0.5 : 0;
      if (kind.contains("paused")) {
        pauseSome(sim, 10, 5 * SECOND);
      }
      sim.runUntil(seconds * SECOND);
      long suspicions =
          sim.members.stream().mapToLong(m -> m.gossip.stats().of(Event.SUSPICION)).sum();
      System.out.printf(
          "%s: %d false deaths, %d suspicions in %d s%n", kind, dead.size(), suspicions, seconds);
      assertEquals(Set.of(), dead, kind);
    }
  }

  private static void pauseSome(SimMembers sim, int count, long nanos) {
    sim.after(
        60 * SECOND,
        () -> {
          for (int i = 0; i < count; i++) {
            Sim member = sim.members.get(sim.random.nextInt(sim.members.size()));
            member.pause();
            sim.after(
                nanos,
                () -> {
                  if (member.paused) {
                    member.resume();
                  }
                });
          }
          pauseSome(sim, count, nanos);
        });
  }

  @Test
  void aRestartedProcessReplacesItselfWhateverItsClockSays() {
    for (long incarnation : new long[] {1, 1000, 5000}) {
      SimMembers sim = new SimMembers(5);
      for (int i = 0; i < 5; i++) {
        sim.start(i, i + 1, 1000, sim.seeds(5));
      }
      untilOneCluster(sim, 5 * SECOND);
      sim.members.get(1).crash();
      sim.start(1, 99, incarnation, sim.seeds(5));
      sim.runUntil(sim.now + 5 * SECOND);
      for (Sim member : sim.members) {
        assertEquals(99, member.gossip.view("m1").orElseThrow().member().id());
        assertEquals(State.ALIVE, member.believes("m1"));
      }
    }
  }

  @Test
  void aSecondProcessOfANameIsToldThatItIsTaken() {
    for (long incarnation : new long[] {1, 5000}) {
      SimMembers sim = new SimMembers(6);
      for (int i = 0; i < 5; i++) {
        sim.start(i, i + 1, 1000, sim.seeds(5));
      }
      untilOneCluster(sim, 5 * SECOND);
      Member second = new Member("m1", 99, "5", "h5", "", 1, false);
      Sim newcomer = sim.start(5, second, incarnation, sim.seeds(5));
      sim.runUntil(sim.now + 2 * SECOND);
      assertTrue(newcomer.nameTaken);
      newcomer.crash();
      sim.runUntil(sim.now + 5 * SECOND);
      for (Sim member : sim.members) {
        boolean isRival = member.name.equals("m1");
        assertTrue(isRival || !member.nameTaken);
        assertEquals(member.crashed ? 99 : 2, member.gossip.view("m1").orElseThrow().member().id());
      }
    }
  }

  @Test
  void twoThatBothRunUnderANameDoNotKeepEachOtherBusy() {
    SimMembers sim = SimMembers.settled(5, 14);
    sim.runUntil(5 * SECOND);
    sim.start(5, new Member("m1", 99, "5", "h5", "", 1, false), 1, sim.seeds(5));
    sim.runUntil(10 * SECOND);
    sim.datagrams = 0;
    sim.runUntil(70 * SECOND);
    double each = sim.datagrams / 60.0 / 6;
    assertTrue(each < 40, each + " datagrams a second from each");
    assertTrue(sim.members.get(1).nameTaken && sim.members.get(5).nameTaken);
  }

  @Test
  void aProcessThatMovedReplacesTheDeadOne() {
    SimMembers sim = SimMembers.settled(5, 7);
    sim.runUntil(5 * SECOND);
    sim.members.get(1).crash();
    Sim moved = sim.start(5, new Member("m1", 99, "5", "h5", "", 1, false), 1, sim.seeds(5));
    sim.runUntil(sim.now + 20 * SECOND);
    assertFalse(moved.nameTaken);
    for (Sim member : sim.members.subList(2, 6)) {
      assertEquals("5", member.gossip.view("m1").orElseThrow().member().address());
    }
  }

  @Test
  void oneThatLeavesIsNotSuspected() {
    SimMembers sim = SimMembers.settled(5, 8);
    sim.runUntil(5 * SECOND);
    Set<State> states = new HashSet<>();
    sim.watch = (at, view, now) -> states.add(view.state());
    Sim leaver = sim.members.get(3);
    leaver.gossip.leave(sim.now);
    leaver.act();
    leaver.crash();
    sim.runUntil(sim.now + 20 * SECOND);
    assertEquals(Set.of(State.LEFT), states);
    sim.start(3, 44, 1, sim.seeds(5));
    untilOneCluster(sim, 5 * SECOND);
  }

  @Test
  void theGoneAreForgottenInTheEndAndSeedsNever() {
    SimMembers sim = SimMembers.settled(3, 9);
    sim.runUntil(SECOND);
    sim.members.get(1).crash();
    sim.runUntil(23 * 3600 * SECOND);
    assertTrue(sim.members.get(0).gossip.view("m1").isPresent());
    sim.runUntil(25 * 3600 * SECOND);
    assertTrue(sim.members.get(0).gossip.view("m1").isEmpty());
  }

  @Test
  void whoAccusedWhomIsShown() {
    SimMembers sim = SimMembers.settled(5, 10);
    sim.runUntil(5 * SECOND);
    long crashed = sim.now;
    sim.members.get(4).crash();
    while (sim.members.get(0).believes("m4") == State.ALIVE) {
      sim.runUntil(sim.now + MILLI);
    }
    View suspect = sim.members.get(0).gossip.view("m4").orElseThrow();
    assertTrue(suspect.accuser().matches("m[0-3]"), suspect.toString());
    assertTrue(suspect.sinceNanos() > crashed, suspect.toString());
  }

  @Test
  void strangersAreCountedAndDropped() {
    SimMembers sim = SimMembers.settled(2, 11);
    Gossip gossip = sim.members.get(0).gossip;
    Member other = SimMembers.member(1, 2);
    byte[] foreign = Packet.builder(78, Packet.Kind.PING, 1, other, 1).build();
    byte[] later = Packet.builder(SimMembers.CLUSTER, Packet.Kind.PING, 1, other, 1).build();
    later[0] = 9;
    gossip.receive(0, "1", foreign);
    gossip.receive(0, "1", later);
    gossip.receive(0, "1", new byte[] {1, 2, 3});
    gossip.receive(0, "1", new byte[5000]);
    assertEquals(1, gossip.stats().of(Event.DROPPED_CLUSTER));
    assertEquals(1, gossip.stats().of(Event.DROPPED_VERSION));
    assertEquals(2, gossip.stats().of(Event.DROPPED_GARBAGE));
    assertEquals(List.of(), gossip.effects());
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    List<String> first = run(12);
    assertEquals(first, run(12));
    assertFalse(first.isEmpty());
  }

  private static List<String> run(long seed) {
    SimMembers sim = SimMembers.settled(20, seed);
    List<String> changes = new ArrayList<>();
    sim.loss = 0.3;
    sim.watch = (at, view, now) -> changes.add(now + " " + at.name + " " + view);
    sim.runUntil(60 * SECOND);
    return changes;
  }

  /** Closed form: the longest gap between two probes of one member by one other. */
  @Test
  void eachIsProbedByEachWithinTwoRounds() {
    int size = 20;
    SimMembers sim = SimMembers.settled(size, 13);
    TreeMap<Integer, Long> last = new TreeMap<>();
    long[] longest = {0};
    sim.probed =
        (from, to) -> {
          if (from == 0) {
            Long before = last.put(to, sim.now);
            longest[0] = Math.max(longest[0], before == null ? 0 : sim.now - before);
          }
        };
    sim.runUntil(300 * SECOND);
    assertEquals(size - 1, last.size());
    long most = (2 * (size - 1) - 1) * Timing.standard().period() + 10 * MILLI;
    assertTrue(longest[0] <= most, longest[0] + " > " + most);
    assertTrue(longest[0] > most / 3, longest[0] + " is too good to be true");
  }

  /**
   * Closed form: n members together probe a dead one for the first time after x periods with
   * probability 1-(1-1/(n-1))^(n·x), which is a mean of about 0.58 periods for large n, then the
   * period of the probe passes (SWIM, section 3.1).
   */
  @Test
  void theFirstSuspicionComesWhenTheMathematicsSaysSo() {
    int size = 50;
    int crashes = 200;
    double sum = 0;
    for (int seed = 0; seed < crashes; seed++) {
      SimMembers sim = SimMembers.settled(size, seed);
      long crashed = 5 * SECOND + sim.random.nextLong(SECOND);
      long[] suspected = {0};
      sim.runUntil(crashed);
      sim.members.get(7).crash();
      sim.watch =
          (at, view, now) -> {
            if (view.member().name().equals("m7") && suspected[0] == 0) {
              suspected[0] = now;
            }
          };
      while (suspected[0] == 0) {
        sim.runUntil(sim.now + 10 * MILLI);
      }
      sum += suspected[0] - crashed;
    }
    double periods = sum / crashes / Timing.standard().period();
    assertTrue(periods > 1.5 && periods < 2.5, periods + " periods");
  }
}
