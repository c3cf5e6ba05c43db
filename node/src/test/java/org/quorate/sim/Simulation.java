package org.quorate.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.quorate.Node;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.ReadResult;
import org.quorate.ring.ChangeRefusedException;
import org.quorate.version.Key;
import org.quorate.version.Siblings;

/** One run of a whole cluster: everything in it follows from the seed. */
final class Simulation {
  private static final long HEAL_NANOS = 90 * SimTime.SECOND;

  /** What an operator has, before he takes it that a majority can decide nothing. */
  private static final long PATIENCE_NANOS = 20 * SimTime.SECOND;

  private static final long MAX_UNSENT_BYTES = 48 << 20;
  private static final int FIRST_OF_BURST = 1000;
  private static final int MAX_IN_FLIGHT = 8192;
  private static final int TRACE_LINES = Integer.getInteger("quorate.history", 60);

  /**
   * How a run went.
   *
   * @param problem empty if every promise was kept
   */
  record Result(
      long seed,
      String problem,
      long hash,
      long nanos,
      int operations,
      int succeeded,
      Map<Fault, Integer> faults) {}

  private final long seed;
  private final SplittableRandom random;
  private final Profile profile;
  private final SimCluster cluster;
  private final SimTime time;
  private final Checker checker;
  private final Nemesis nemesis;
  private final Deque<String> trace = new ArrayDeque<>();
  private boolean working = true;
  private int workers;
  private boolean isForcing;

  private Simulation(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.profile = Profile.draw(random);
    this.cluster = new SimCluster(profile, random.split(), Simulation::violated);
    this.time = cluster.time;
    this.checker = new Checker(time, () -> cluster.members().size(), profile.nodes(), profile.n());
    this.nemesis =
        new Nemesis(time, random.split(), profile, cluster, checker, this::trace, this::burst);
  }

  /** So many clients that each do one thing, all at once. */
  private void burst(int requests) {
    for (int i = 0; i < requests; i++) {
      workers++;
      boolean[] asked = {false};
      client(
              FIRST_OF_BURST + i,
              working -> {
                boolean goesOn = working && !asked[0];
                asked[0] = true;
                return goesOn;
              })
          .work();
    }
  }

  private void trace(String what) {
    trace.add(String.format("%10s %s", Op.millis(time.nanos()), what));
    if (trace.size() > TRACE_LINES) {
      trace.remove();
    }
  }

  private static void violated(Throwable e) {
    throw e instanceof Violation known ? known : new IllegalStateException(e);
  }

  static Result run(long seed) {
    return new Simulation(seed).run();
  }

  private Result run() {
    String problem = "";
    try {
      work();
      heal();
      requireWhole();
      runUntil("all tombstones are reaped", () -> cluster.nodes().allMatch(Simulation::isReaped));
      requireQuiet();
    } catch (RuntimeException | AssertionError e) {
      problem = Report.of(seed, profile, e, checker, trace);
    }
    int succeeded = checker.succeeded();
    return new Result(
        seed,
        problem,
        time.hash(),
        time.nanos(),
        checker.operations(),
        succeeded,
        nemesis.injected());
  }

  /** Phase one: load and faults. */
  private void work() {
    for (int i = 0; i < profile.styles().size(); i++) {
      Key key = Key.of("bucket", "key" + i);
      List<String> owners = cluster.owners(key);
      checker.add(new KeyHistory(key, "key" + i, owners, profile.styles().get(i)));
    }
    cluster.machines.forEach(SimMachine::start);
    time.runUntil(3 * SimTime.SECOND);
    for (int i = 0; i < profile.clients(); i++) {
      workers++;
      client(i, working -> working).next();
    }
    nemesis.start();
    long end = time.nanos() + profile.seconds() * SimTime.SECOND;
    while (time.nanos() < end) {
      for (int i = 0; i < 10; i++) {
        time.runUntil(time.nanos() + 100 * SimTime.MILLI);
        requireBounds();
        HolderCheck.begin(cluster, checker.keys(), profile.n());
      }
      requireExactTrees();
    }
    working = false;
  }

  private interface Diligence {
    boolean goesOn(boolean working);
  }

  private SimClient client(int number, Diligence diligence) {
    return new SimClient(
        number,
        time,
        random.split(),
        profile,
        cluster.machines,
        checker,
        () -> {
          boolean goesOn = diligence.goesOn(working);
          workers -= goesOn ? 0 : 1;
          return goesOn;
        });
  }

  private void requireBounds() {
    cluster.requireOneChain();
    if (cluster.network.mostUnsent() > MAX_UNSENT_BYTES) {
      throw new Violation("G7: " + cluster.network.mostUnsent() + " bytes wait on one connection");
    }
    for (SimMachine machine : cluster.machines) {
      Node node = machine.ready();
      if (node != null && node.peers().inFlight() > MAX_IN_FLIGHT * cluster.machines.size()) {
        throw new Violation("G7: " + node.peers().inFlight() + " requests in flight");
      }
    }
  }

  /** Phase two: no more faults; all nodes come up and reach each other. */
  private void heal() {
    nemesis.stop();
    long patience = time.nanos() + PATIENCE_NANOS;
    runUntil(
        "clients are done and all nodes are up",
        () -> {
          boolean isCalm = workers == 0 && nemesis.isOver() && cluster.isCalm();
          if (!isCalm && time.nanos() > patience && cluster.isStuck() && !isForcing) {
            trace("an operator forces a state: most members have forgotten what they voted");
            isForcing = true;
            cluster.force().onFailure(this::notForced);
          }
          return isCalm;
        });
    runUntil("all hints are delivered", () -> cluster.isCalm() && cluster.pendingHints() == 0);
    runUntil(
        "all partitions are whole",
        () -> cluster.isCalm() && cluster.nodes().allMatch(n -> n.repair().refilling().isEmpty()));
    runUntil(
        "what others own now is forgotten",
        () -> cluster.isCalm() && cluster.nodes().allMatch(n -> n.repair().leaving().isEmpty()));
  }

  /** The operator tries again where he was told that nothing was done. */
  private void notForced(Throwable e) {
    trace("  refused: " + e.getMessage());
    isForcing = !(e instanceof ChangeRefusedException);
  }

  /** Trees are what a rescan gives, at any moment. */
  private void requireExactTrees() {
    try {
      cluster.nodes().forEach(Node::requireExactTrees);
    } catch (IllegalStateException e) {
      throw new Violation("F17: " + e.getMessage());
    }
  }

  private static boolean isReaped(Node node) {
    return node.repair().waitingTombstones() == 0;
  }

  private interface Condition {
    boolean holds();
  }

  private void runUntil(String what, Condition condition) {
    long patience = HEAL_NANOS + (profile.compareMillis() - 1000) * 20 * SimTime.MILLI;
    long end = time.nanos() + patience;
    while (!condition.holds()) {
      cluster.requireOneChain();
      if (time.nanos() >= end) {
        throw new Violation("G4: not in " + patience / SimTime.SECOND + " s: " + what);
      }
      time.runUntil(time.nanos() + 50 * SimTime.MILLI);
    }
  }

  /** Nobody reads anything, and all owners of each key come to hold the same. */
  private void requireWhole() {
    for (KeyHistory key : checker.keys()) {
      List<String> owners = cluster.owners(key.key);
      List<Map<String, Siblings>> last = new ArrayList<>();
      try {
        runUntil(
            "owners are equal",
            () -> {
              last.clear();
              last.add(holdings(key));
              return last.get(0).entrySet().stream()
                      .filter(held -> owners.contains(held.getKey()))
                      .map(Map.Entry::getValue)
                      .distinct()
                      .count()
                  == 1;
            });
      } catch (Violation e) {
        throw new Violation(e.getMessage() + ", key " + key.name + ": " + last);
      }
      Map<String, Siblings> held = last.get(0);
      Siblings agreed = held.get(owners.get(0));
      held.values().forEach(state -> checker.observe(key, state));
      checker.requireDurable(key, agreed);
    }
  }

  /** Reads the key at r=n until that succeeds. */
  private ReadResult readAll(KeyHistory key) {
    List<ReadResult> read = new ArrayList<>();
    boolean[] asked = {false};
    SimClient reader = client(-1, working -> false);
    runUntil(
        "key " + key.name + " is read at r=n",
        () -> {
          if (!asked[0] && read.isEmpty()) {
            asked[0] = true;
            reader.readResult(
                key,
                profile.n(),
                false,
                result -> {
                  asked[0] = false;
                  if (result != null) {
                    read.add(result);
                  }
                });
          }
          return !read.isEmpty();
        });
    return read.get(0);
  }

  /** What each node holds of the key, asked until all answer. */
  private Map<String, Siblings> holdings(KeyHistory key) {
    List<Coordinator.Holding> held = new ArrayList<>();
    boolean[] asked = {false};
    runUntil(
        "all nodes tell what they hold of key " + key.name,
        () -> {
          if (!asked[0]) {
            asked[0] = true;
            askAll(
                key,
                holdings -> {
                  asked[0] = false;
                  if (holdings.stream().allMatch(each -> each.reading() != null)) {
                    held.addAll(holdings);
                  }
                });
          }
          return !held.isEmpty();
        });
    Map<String, Siblings> states = new LinkedHashMap<>();
    held.forEach(each -> states.put(each.node(), each.reading().state().siblings()));
    return states;
  }

  private void askAll(KeyHistory key, Consumer<List<Coordinator.Holding>> then) {
    Coordinator coordinator = cluster.nodes().findFirst().orElseThrow().coordinator(key.key);
    coordinator
        .loop()
        .execute(
            () ->
                coordinator
                    .holdings(key.key, cluster.machines.size(), SimTime.SECOND)
                    .onSuccess(held -> time.after(0, () -> then.accept(held))));
  }

  /** A cluster that is whole repairs nothing, and nothing is left in flight. */
  private void requireQuiet() {
    time.runUntil(time.nanos() + 5 * SimTime.SECOND);
    requireExactTrees();
    long before = cluster.network.merges();
    for (KeyHistory key : checker.keys()) {
      ReadResult result = readAll(key);
      if (result.repaired() > 0) {
        throw new Violation("G4, key " + key.name + ": read again, repaired " + result);
      }
    }
    if (cluster.network.merges() != before) {
      throw new Violation(
          "G4: " + (cluster.network.merges() - before) + " merges in a quiet cluster");
    }
    time.runUntil(time.nanos() + 5 * SimTime.SECOND);
    Map<String, Integer> left = leftInFlight();
    for (int i = 0; i < 20 && !left.isEmpty(); i++) {
      time.runUntil(time.nanos() + 50 * SimTime.MILLI);
      left = leftInFlight();
    }
    if (!left.isEmpty()) {
      throw new Violation("G7: left in flight in a quiet cluster: " + left);
    }
  }

  /** What is in progress, by node; members that compare what they believe are so now and then. */
  private Map<String, Integer> leftInFlight() {
    Map<String, Integer> left = new HashMap<>();
    for (SimMachine machine : cluster.members()) {
      int count = machine.ready().inFlightWrites() + machine.ready().peers().inFlight();
      if (count > 0) {
        left.put(machine.name(), count);
      }
    }
    return left;
  }
}
