package org.quorate.sim;

import io.vertx.core.Future;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.quorate.Node;
import org.quorate.gossip.Slander;
import org.quorate.gossip.View;
import org.quorate.ring.BucketProperties;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.ring.Ring;
import org.quorate.ring.Transition;

/** Injects faults until it is told to stop; each but a lost disk ends by itself. */
final class Nemesis {
  private static final long HOUR_MILLIS = 3_600_000;
  private static final long MOST_BYTES = 16 << 20;
  private static final long REVIVAL = 3 * SimTime.SECOND;
  private static final long BELOW_RESERVE = 200L << 20;

  /** Files without which a node does not know how it voted. */
  private static final Set<String> VOTES = Set.of("cluster", "identity");

  private static final int MOST_MEMBERS = 7;
  private static final int MOST_MACHINES = 12;

  private final SimTime time;
  private final SplittableRandom random;
  private final Profile profile;
  private final SimCluster cluster;
  private final List<SimMachine> machines;
  private final SimNetwork network;
  private final Checker checker;
  private final Consumer<String> trace;
  private final IntConsumer requests;
  private final List<Fault> faults;

  private final Map<Fault, Integer> injected = new EnumMap<>(Fault.class);

  /** What operators have asked for, each with the process that was asked. */
  private final Map<Future<?>, SimProcess> changes = new HashMap<>();

  private boolean stopped;
  private boolean replacing;

  /**
   * @param requests sends so many at once
   */
  Nemesis(
      SimTime time,
      SplittableRandom random,
      Profile profile,
      SimCluster cluster,
      Checker checker,
      Consumer<String> trace,
      IntConsumer requests) {
    this.time = time;
    this.random = random;
    this.profile = profile;
    this.cluster = cluster;
    this.machines = cluster.machines;
    this.network = cluster.network;
    this.checker = checker;
    this.trace = trace;
    this.requests = requests;
    this.faults = List.copyOf(profile.faults());
  }

  Map<Fault, Integer> injected() {
    return injected;
  }

  void start() {
    if (!faults.isEmpty()) {
      strikeLater();
      later(REVIVAL, this::revive);
    }
  }

  private void strikeLater() {
    later(
        random.nextLong(2 * profile.faultNanos()),
        () -> {
          inject(faults.get(random.nextInt(faults.size())));
          strikeLater();
        });
  }

  /** Starts what nothing else will: a fault may end a process long after it was injected. */
  private void revive() {
    machines.stream().filter(machine -> random.nextBoolean()).forEach(SimMachine::start);
    later(REVIVAL, this::revive);
  }

  /** Ends all faults and starts all nodes. */
  void stop() {
    stopped = true;
    trace.accept("all faults end");
    network.paths().forEach(SimNetwork.Path::mend);
    for (SimMachine machine : machines) {
      machine.mend();
      machine.start();
    }
  }

  /** Whether nothing that an operator asked for may still come about by the node that was asked. */
  boolean isOver() {
    return changes.entrySet().stream()
        .allMatch(each -> each.getKey().isComplete() || !each.getValue().isAlive());
  }

  private SimMachine anyMachine() {
    List<SimMachine> usable = machines.stream().filter(each -> !each.isRetired()).toList();
    return usable.get(random.nextInt(usable.size()));
  }

  /** Milliseconds of any order of magnitude up to the most, as nanoseconds. */
  private long duration(long mostMillis) {
    double magnitude = random.nextDouble() * Math.log(mostMillis * 10.0);
    return (long) (Math.exp(magnitude) * SimTime.MILLI / 10);
  }

  private void later(long nanos, Runnable end) {
    time.after(
        nanos,
        () -> {
          if (!stopped) {
            end.run();
          }
        });
  }

  private void startLater(SimMachine machine) {
    if (stopped) {
      machine.start();
    }
    later(duration(10_000), machine::start);
  }

  private void inject(Fault fault) {
    SimMachine machine = anyMachine();
    String detail =
        switch (fault) {
          case CUT -> cut();
          case FLAP -> flap(anyPath(), 4 + random.nextInt(20));
          case CLOG -> clog(anyPath());
          case FRAMES -> frames();
          case RESET -> reset();
          case SLANDER -> slander(machine);
          case SLOW_WAY -> slowWay();
          case KILL -> {
            machine.kill();
            startLater(machine);
            yield machine.name();
          }
          case POWER_CUT -> {
            machine.powerCutSoon();
            startLater(machine);
            yield machine.name();
          }
          case BLACKOUT -> {
            machines.forEach(SimMachine::powerCut);
            machines.forEach(this::startLater);
            yield "everywhere";
          }
          case PAUSE -> {
            long nanos = duration(30_000);
            machine.pause(nanos);
            yield machine.name() + " for " + Op.millis(nanos);
          }
          case RESTART -> {
            machine.stop().onComplete(done -> startLater(machine));
            yield machine.name();
          }
          case WIPE -> {
            if (!isRememberedWithout(machine) || isVoterLost()) {
              yield "";
            }
            machine.powerCut();
            machine.wipe();
            replaced(machine);
            startLater(machine);
            yield machine.name();
          }
          case RESTORE -> restore(machine);
          case FLIP -> flip(machine);
          case DISK_FULL -> {
            long free = random.nextBoolean() ? random.nextInt(20_000) : BELOW_RESERVE;
            machine.disk().freeBytes(free);
            later(duration(10_000), () -> machine.disk().freeBytes(Long.MAX_VALUE));
            yield machine.name() + " with " + free;
          }
          case SYNC_FAILS -> {
            machine.failSyncs(true);
            later(
                duration(5_000),
                () -> {
                  machine.failSyncs(false);
                  startLater(machine);
                });
            yield machine.name();
          }
          case CLOCK -> {
            machine.wallSkewMillis = random.nextLong(-HOUR_MILLIS, HOUR_MILLIS);
            yield machine.name() + " by " + machine.wallSkewMillis;
          }
          case BURST -> burst();
          case SLOW_DISK -> {
            machine.syncNanos = duration(1_000);
            later(duration(10_000), () -> machine.syncNanos = 200_000);
            yield machine.name() + ": " + machine.syncNanos;
          }
          case SLOW_NODE -> {
            machine.taskNanos = duration(20);
            later(duration(10_000), () -> machine.taskNanos = 2_000);
            yield machine.name() + ": " + machine.taskNanos;
          }
          case JOIN -> join();
          case LEAVE -> leave(machine, anyMachine().name());
          case REPLACE -> replace(machine);
          case ABORT -> change(machine, ClusterState::abort, "back");
          case RIVALS -> rivals();
          case FOUND -> {
            int least = faults.contains(Fault.FLIP) ? 2 : 1; // As in Profile.
            int n = least + random.nextInt(MOST_MEMBERS);
            String bucket = "unused" + random.nextInt(3);
            BucketProperties properties = new BucketProperties(n, 1, n);
            yield change(machine, state -> state.bucket(bucket, properties), bucket + " n=" + n);
          }
        };
    if (!detail.isEmpty()) {
      injected.merge(fault, 1, Integer::sum);
      trace.accept(fault + " " + detail);
    }
  }

  private boolean isFull() {
    long usable = machines.stream().filter(machine -> !machine.isRetired()).count();
    return usable >= MOST_MEMBERS || machines.size() >= MOST_MACHINES;
  }

  private String join() {
    if (isFull()) {
      return "";
    }
    checker.changing();
    SimMachine machine = cluster.addMachine();
    machine.start();
    return machine.name();
  }

  private String leave(SimMachine operator, String name) {
    return change(operator, state -> state.leave(name, false), name);
  }

  /** An operator wants something of one node. */
  private String change(SimMachine at, UnaryOperator<ClusterState> change, String what) {
    Node node = at.ready();
    if (node == null) {
      return "";
    }
    checker.changing();
    Future<ClusterState> asked = node.participation().change(change);
    asked.onComplete(
        done -> trace.accept("  done: " + what + ", state " + done.epoch()),
        e -> trace.accept("  refused: " + what + ", " + e.getMessage()));
    changes.put(asked, at.process());
    return what + " at " + at.name();
  }

  /** Where all members lose their disks, none knows which dots were used, or what was decided. */
  private boolean isRememberedWithout(SimMachine machine) {
    Ring ring = cluster.state().ring();
    return machines.stream()
        .filter(other -> !other.equals(machine) && ring.hasMember(other.name()))
        .anyMatch(other -> !other.isRetired() && checker.isIntact(other.name()));
  }

  /** A majority of disks is needed to decide who belongs to the cluster. */
  private boolean isVoterLost() {
    return machines.stream()
        .filter(SimMachine::isRetired)
        .anyMatch(machine -> cluster.state().ring().hasMember(machine.name()));
  }

  /** A machine burns, and a new one takes its place as soon as an operator is told so. */
  private String replace(SimMachine dead) {
    Node operator = anyMachine().ready();
    boolean isMember = cluster.state().ring().hasMember(dead.name());
    Transition moving = cluster.state().transition();
    boolean isOneLost = moving != null && !moving.lost().isEmpty();
    boolean isMajorityLeft = cluster.state().voters().size() > 2 && checker.areAllIntact();
    boolean wouldBeLost = profile.n() == 1 || isOneLost || !isMajorityLeft;
    if (operator == null || isFull() || wouldBeLost || !isMember || replacing) {
      return "";
    }
    checker.changing();
    replacing = true;
    dead.retire();
    checker.damaged(dead.name(), false);
    SimMachine by = cluster.addMachine();
    by.isHeld = true;
    Member member = new Member(by.name(), by.config.peer(), by.config.zone());
    replace(dead.name(), member, by);
    return dead.name() + " by " + by.name();
  }

  /**
   * Asked for again and again until it is done, by one operator or another. What is under way may
   * wait for the machine that is lost: then it is aborted.
   */
  private void replace(String dead, Member by, SimMachine machine) {
    if (cluster.state().hasNode(by.name())) {
      trace.accept("  done: " + dead + " is replaced, state " + cluster.state().epoch());
      replacing = false;
      machine.isHeld = false;
      machine.start();
      return;
    }
    List<Node> operators = cluster.nodes().toList();
    if (!operators.isEmpty()) {
      Node operator = operators.get(random.nextInt(operators.size()));
      operator
          .participation()
          .change(state -> state.replace(dead, by))
          .onFailure(
              e -> {
                trace.accept("  refused: replace " + dead + ", " + e.getMessage());
                operator
                    .participation()
                    .change(ClusterState::abort)
                    .onFailure(no -> trace.accept("  refused: back, " + no.getMessage()));
              });
    }
    time.after(2 * SimTime.SECOND, () -> replace(dead, by, machine));
  }

  private String rivals() {
    SimMachine one = anyMachine();
    SimMachine other = anyMachine();
    String cut = cut();
    String left = leave(one, anyMachine().name());
    String right = leave(other, anyMachine().name());
    return cut + ": " + left + " and " + right;
  }

  private SimNetwork.Path anyPath() {
    List<SimNetwork.Path> paths = network.paths();
    return paths.get(random.nextInt(paths.size()));
  }

  private String cut() {
    int group = random.nextInt(1 << machines.size());
    boolean oneWay = random.nextBoolean();
    long nanos = duration(20_000);
    for (int i = 0; i < machines.size(); i++) {
      for (int j = 0; j < machines.size(); j++) {
        boolean crosses = (group >> i & 1) != (group >> j & 1);
        if (crosses && (!oneWay || (group >> i & 1) == 1)) {
          hold(network.path(machines.get(i).name(), machines.get(j).name()), nanos);
        }
      }
    }
    String way = oneWay ? " one way" : "";
    return Integer.toBinaryString(group) + way + " for " + Op.millis(nanos);
  }

  private void hold(SimNetwork.Path path, long nanos) {
    path.cuts++;
    later(
        nanos,
        () -> {
          path.cuts--;
          path.uncut();
        });
  }

  private String flap(SimNetwork.Path path, int times) {
    long nanos = duration(300);
    hold(path, nanos);
    if (times > 0) {
      later(nanos + duration(300), () -> flap(path, times - 1));
    }
    return path.from + " to " + path.to;
  }

  private String clog(SimNetwork.Path path) {
    hold(path, duration(2_500));
    return path.from + " to " + path.to;
  }

  private String frames() {
    double rate = random.nextDouble() * random.nextDouble() * 0.5;
    boolean loses = random.nextBoolean();
    boolean doubles = random.nextBoolean();
    boolean delays = random.nextBoolean();
    for (SimNetwork.Path path : network.paths()) {
      if (random.nextBoolean()) {
        path.loss = loses ? rate : 0;
        path.doubling = doubles ? rate : 0;
        path.lateness = delays ? rate : 0;
        later(
            duration(10_000),
            () -> {
              path.loss = 0;
              path.doubling = 0;
              path.lateness = 0;
            });
      }
    }
    return "rate " + rate;
  }

  private String reset() {
    SimNetwork.Path path = anyPath();
    network.reset(path.from, path.to);
    return path.from + " to " + path.to;
  }

  /** One member tells another, if it can be reached, that a third is suspect or dead. */
  private String slander(SimMachine accuser) {
    Node node = accuser.ready();
    SimMachine listener = anyMachine();
    String victim = anyMachine().name();
    if (node == null || listener.equals(accuser)) {
      return "";
    }
    Map<String, View> views = new HashMap<>();
    node.membership().views().forEach(view -> views.put(view.member().name(), view));
    if (!views.containsKey(victim)) {
      return "";
    }
    boolean isDead = random.nextBoolean();
    byte[] datagram =
        Slander.datagram(
            accuser.config.cluster(), views.get(accuser.name()), views.get(victim), isDead);
    network.datagrams(accuser.name(), accuser.process()).send(listener.config.peer(), datagram);
    return accuser.name() + " of " + victim + " to " + listener.name();
  }

  private String slowWay() {
    SimNetwork.Path path = anyPath();
    long before = path.delayNanos;
    path.delayNanos = 1 + duration(1_000);
    later(duration(10_000), () -> path.delayNanos = before);
    return path.from + " to " + path.to + ": " + Op.millis(path.delayNanos);
  }

  /** Unless the log has yet to get over the one before: all disks are in memory here. */
  private String burst() {
    long size = machines.stream().mapToLong(machine -> machine.disk().sizeBytes()).sum();
    if (size > MOST_BYTES) {
      return "";
    }
    int count = random.nextInt(200);
    requests.accept(count);
    return count + " requests";
  }

  private String restore(SimMachine machine) {
    if (!isRememberedWithout(machine) || isVoterLost()) {
      return "";
    }
    if (!machine.hasCopy()) {
      machine.stop().onComplete(done -> startLater(machine));
      return machine.name() + " has no copy yet: it is stopped, which makes one";
    }
    machine.powerCut();
    machine.restore();
    replaced(machine);
    startLater(machine);
    return machine.name();
  }

  private void replaced(SimMachine machine) {
    List<SimMachine> others =
        machines.stream().filter(other -> other != machine && !other.isRetired()).toList();
    checker.replaced(machine.name(), machine.isKnownToBeOld(others));
  }

  private String flip(SimMachine machine) {
    boolean mayForget = !faults.contains(Fault.REPLACE);
    List<String> files =
        machine.disk().list().stream()
            .filter(file -> !file.contains("spare") && (mayForget || !VOTES.contains(file)))
            .toList();
    String file = files.isEmpty() ? "" : files.get(random.nextInt(files.size()));
    int size = file.isEmpty() ? 0 : machine.disk().size(file);
    if (size == 0) {
      return "";
    }
    machine.disk().flip(file, random.nextInt(size * 8));
    checker.damaged(machine.name(), file.equals(machine.newestSegment()));
    return machine.name() + " in " + file;
  }
}
