package org.quorate.gossip;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.gossip.SimMembers.Sim;

/**
 * How detection and load grow with the cluster. {@code -Dquorate.members=3,10,100,1000,5000}
 * chooses the sizes; 5000 wants {@code -Dtest.heap=6g}.
 */
class ScaleTest {
  private static final int[] SIZES =
      Arrays.stream(System.getProperty("quorate.members", "3,10,100,1000").split(","))
          .mapToInt(Integer::parseInt)
          .toArray();
  private static final int CRASHES = 10;

  /** Times from a crash, in seconds. */
  private record Detection(
      double suspected, double suspectedByAll, double dead, double deadByAll) {}

  private record Load(double messages, double bytes, double connectionBytes) {}

  @Test
  void detectionIsFastAndLoadIsFlat() {
    Map<Integer, Load> idle = new HashMap<>();
    Map<Integer, Detection> detection = new HashMap<>();
    System.out.println(
        "members | first suspicion | suspected by all | declared dead | dead for all"
            + " | idle: messages, bytes, of them connections | churn: the same");
    for (int size : SIZES) {
      SimMembers sim = SimMembers.settled(size, size);
      sim.runUntil(20 * SimMembers.SECOND);
      Load quiet = load(sim, 60);
      Detection worst = new Detection(0, 0, 0, 0);
      for (int i = 0; i < CRASHES; i++) {
        worst = worse(worst, crash(sim, sim.random.nextInt(size)));
      }
      Load churn = churn(sim, 60);
      idle.put(size, quiet);
      detection.put(size, worst);
      System.out.printf(
          "%7d | %6.2f s | %6.2f s | %6.2f s | %6.2f s | %5.2f, %6.1f, %5.1f | %5.2f, %7.1f, %6.1f%n",
          size,
          worst.suspected,
          worst.suspectedByAll,
          worst.dead,
          worst.deadByAll,
          quiet.messages,
          quiet.bytes,
          quiet.connectionBytes,
          churn.messages,
          churn.bytes,
          churn.connectionBytes);
    }
    detection.forEach(
        (size, times) -> {
          boolean many = size > 1000;
          assertTrue(many || times.suspectedByAll < 5, size + " members: " + times);
          assertTrue(many || times.dead < 15, size + " members: " + times);
        });
    Load ten = idle.get(10);
    if (ten != null) {
      idle.forEach(
          (size, load) ->
              assertTrue(
                  size < 10 || Math.abs(load.bytes / ten.bytes - 1) < 0.2,
                  size + " members: " + load + ", ten: " + ten));
    }
  }

  private static Detection worse(Detection a, Detection b) {
    return new Detection(
        Math.max(a.suspected, b.suspected),
        Math.max(a.suspectedByAll, b.suspectedByAll),
        Math.max(a.dead, b.dead),
        Math.max(a.deadByAll, b.deadByAll));
  }

  /** One member crashes, is detected by all, and comes back. */
  private static Detection crash(SimMembers sim, int index) {
    Sim victim = sim.members.get(index);
    long crashed = sim.now;
    double[] times = new double[4];
    Map<String, State> heard = new HashMap<>();
    sim.watch =
        (at, view, now) -> {
          if (!view.member().name().equals(victim.name) || at.crashed) {
            return;
          }
          double seconds = (now - crashed) / 1e9;
          boolean isDead = view.state() == State.DEAD;
          State before = heard.put(at.name, view.state());
          times[0] = times[0] == 0 ? seconds : times[0];
          times[1] = before == null ? seconds : times[1];
          times[2] = isDead && times[2] == 0 ? seconds : times[2];
          times[3] = isDead ? seconds : times[3];
        };
    victim.crash();
    while (!sim.allBelieve(State.DEAD, victim.name)) {
      sim.runUntil(sim.now + 100 * SimMembers.MILLI);
    }
    sim.watch = (at, view, now) -> {};
    sim.start(index, 1_000_000L + crashed, 1, sim.seeds(sim.members.size()));
    while (!sim.isOneCluster()) {
      sim.runUntil(sim.now + 100 * SimMembers.MILLI);
    }
    return new Detection(times[0], times[1], times[2], times[3]);
  }

  /** What each member sends a second: datagrams, all bytes, and those of comparisons. */
  private static Load load(SimMembers sim, int seconds) {
    sim.datagrams = 0;
    sim.datagramBytes = 0;
    sim.connectionBytes = 0;
    sim.runUntil(sim.now + seconds * SimMembers.SECOND);
    double each = seconds * (double) sim.members.size();
    return new Load(
        sim.datagrams / each,
        (sim.datagramBytes + sim.connectionBytes) / each,
        sim.connectionBytes / each);
  }

  /** A member is replaced every five seconds. */
  private static Load churn(SimMembers sim, int seconds) {
    for (int i = 0; i < seconds / 5; i++) {
      sim.after(
          i * 5 * SimMembers.SECOND,
          () -> {
            int index = sim.random.nextInt(sim.members.size());
            sim.members.get(index).crash();
            sim.start(index, sim.random.nextLong(), 1, sim.seeds(sim.members.size()));
          });
    }
    return load(sim, seconds);
  }
}
