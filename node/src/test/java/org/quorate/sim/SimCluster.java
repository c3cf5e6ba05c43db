package org.quorate.sim;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.quorate.Node;
import org.quorate.NodeConfig;
import org.quorate.membership.Standing;
import org.quorate.repair.HintOptions;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.storage.Log;
import org.quorate.storage.LogOptions;
import org.quorate.version.Key;

/** Machines and the network between them; nothing runs yet. */
final class SimCluster {
  final SimTime time = new SimTime();
  final SimNetwork network;

  /** All that ever were, in the order in which they came. */
  final List<SimMachine> machines = new ArrayList<>();

  private final Profile profile;
  private final SplittableRandom random;
  private final Consumer<Throwable> violated;
  private final Map<Long, ClusterState> states = new TreeMap<>();

  /**
   * @param violated told of what a task threw, and of what a node would halt for
   */
  SimCluster(Profile profile, SplittableRandom random, Consumer<Throwable> violated) {
    this.profile = profile;
    this.random = random;
    this.violated = violated;
    this.network = new SimNetwork(time, random.split());
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= profile.nodes(); i++) {
      members.add(member(i));
    }
    members.forEach(member -> add(member, members, List.of()));
  }

  private static Member member(int number) {
    return new Member("n" + number, "n" + number + ":7480", number % 2 == 0 ? "even" : "odd");
  }

  /** A machine more, whose node joins when it starts. */
  SimMachine addMachine() {
    return add(
        member(machines.size() + 1),
        List.of(),
        machines.stream().map(machine -> machine.config.peer()).toList());
  }

  private SimMachine add(Member member, List<Member> members, List<String> seeds) {
    SimMachine added =
        new SimMachine(config(member, members, seeds), time, network, random.split(), violated);
    for (SimMachine other : machines) {
      network.path(added.name(), other.name());
      network.path(other.name(), added.name());
    }
    machines.add(added);
    return added;
  }

  /** Whether all have left whom it was told to ask to be let in: no operator would have it wait. */
  private boolean isStranded(SimMachine machine, ClusterState state) {
    List<String> seeds = machine.config.join();
    return machine.ready() == null
        && !machine.isRetired()
        && !state.hasNode(machine.name())
        && !seeds.isEmpty()
        && machines.stream()
            .filter(other -> seeds.contains(other.config.peer()))
            .allMatch(SimMachine::isRetired);
  }

  /** The newest state of the cluster that a running node knows; the first while none runs. */
  ClusterState state() {
    return nodes()
        .map(Node::state)
        .max(Comparator.comparingLong(ClusterState::epoch))
        .orElseGet(
            () ->
                ClusterState.first(
                    machines.get(0).config.members(), profile.partitions(), profile.n()));
  }

  /** Whether too many have lost their disks to decide anything. */
  boolean isStuck() {
    Set<String> voters = state().voters().stream().map(Member::name).collect(Collectors.toSet());
    long forgetful =
        nodes()
            .filter(node -> voters.contains(node.config().name()))
            .filter(node -> node.participation().hasForgottenVotes())
            .count();
    return 2 * (voters.size() - forgetful) <= voters.size();
  }

  /** A state by order of the node that knows the newest. */
  Future<ClusterState> force() {
    ClusterState newest = state();
    return nodes()
        .filter(node -> node.state().equals(newest))
        .findFirst()
        .orElseThrow()
        .participation()
        .force(Set.of());
  }

  /** The members of the cluster, as far as their machines can run. */
  List<SimMachine> members() {
    ClusterState state = state();
    return machines.stream()
        .filter(machine -> !machine.isRetired() && state.hasNode(machine.name()))
        .toList();
  }

  /** Who owns a key under the newest state. */
  List<String> owners(Key key) {
    ClusterState state = state();
    return state.assignment(state.ring().slotOf(key.hash())).now().stream()
        .limit(profile.n())
        .map(Member::name)
        .toList();
  }

  /** The sets of owners in each of which a read of the key needs a quorum. */
  List<Set<String>> readSets(Key key) {
    ClusterState state = state();
    return read(state.assignment(state.ring().slotOf(key.hash())), profile.n());
  }

  /**
   * Each epoch has one state, and quorums of states that follow each other share a set of owners.
   */
  void requireOneChain() {
    nodes().map(Node::state).forEach(this::requireOneChain);
  }

  private void requireOneChain(ClusterState state) {
    ClusterState known = states.putIfAbsent(state.epoch(), state);
    if (known != null) {
      if (!known.equals(state)) {
        throw new Violation("F9: two states " + state.epoch() + ": " + known + " and " + state);
      }
      return;
    }
    ClusterState before = states.get(state.epoch() - 1);
    int common =
        before == null ? 0 : Math.min(before.ring().partitions(), state.ring().partitions());
    for (int p = 0; before != null && p < common; p++) {
      Assignment old = before.assignment(p);
      Assignment now = state.assignment(p);
      int n = state.copies(p);
      boolean intersects =
          shares(written(old, n), read(now, n)) && shares(read(old, n), written(now, n));
      if (!intersects) {
        throw new Violation("F8: partition " + p + " from " + old + " to " + now);
      }
    }
  }

  private static boolean shares(List<Set<String>> some, List<Set<String>> others) {
    return some.stream().anyMatch(others::contains);
  }

  private static List<Set<String>> read(Assignment assignment, int n) {
    return assignment.isSettling() ? written(assignment, n) : List.of(owners(assignment.now(), n));
  }

  private static List<Set<String>> written(Assignment assignment, int n) {
    return assignment.isMoving()
        ? List.of(owners(assignment.now(), n), owners(assignment.next(), n))
        : List.of(owners(assignment.now(), n));
  }

  private static Set<String> owners(List<Member> preference, int n) {
    return preference.stream().limit(n).map(Member::name).collect(Collectors.toSet());
  }

  private NodeConfig config(Member member, List<Member> members, List<String> seeds) {
    int majority = profile.n() / 2 + 1;
    return new NodeConfig(
        "simulated",
        member.name(),
        member.zone(),
        Path.of("none"),
        member.name() + ":8080",
        member.peer(),
        member.peer(),
        member.name() + ":8080",
        members,
        seeds,
        profile.partitions(),
        profile.n(),
        n -> majority,
        n -> majority,
        new LogOptions(Log.Sync.ALWAYS, profile.segmentBytes(), 2, 32 << 20),
        new HintOptions(profile.hints(), profile.segmentBytes(), 64L * profile.segmentBytes()),
        Duration.ofMillis(100),
        Duration.ofMillis(profile.compareMillis()),
        25,
        profile.cacheBytes(),
        1 << 20,
        Duration.ofSeconds(1),
        profile.loops());
  }

  /**
   * Starts what does not run, and tells whether all nodes know the same state, in which no change
   * is under way, reach each other, and none is at work.
   */
  boolean isCalm() {
    machines.forEach(SimMachine::start);
    ClusterState state = state();
    machines.stream().filter(machine -> isStranded(machine, state)).forEach(SimMachine::retire);
    for (SimMachine machine : machines) {
      Node node = machine.ready();
      if (machine.isRetired()) {
        if (machine.isRunning()) {
          return false;
        }
      } else if (node == null
          || !node.state().equals(state)
          || state.transition() != null
          || state.founding() != null
          || machine.requests + node.inFlightWrites() + node.peers().inFlight() > 0
          || state.nodes().stream().anyMatch(member -> !isUp(node, member.name()))) {
        return false;
      }
    }
    return true;
  }

  /** The nodes that take requests. */
  Stream<Node> nodes() {
    return machines.stream().map(SimMachine::ready).filter(Objects::nonNull);
  }

  /** Hints that wait anywhere. */
  long pendingHints() {
    return nodes()
        .flatMap(node -> node.repair().pendingHints().values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  private static boolean isUp(Node node, String name) {
    Standing standing = node.membership().standing(name);
    return standing.isLiving() && !standing.isSuspect() && node.peers().isConnected(name);
  }
}
