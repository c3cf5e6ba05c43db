package org.quorate.sim;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.quorate.Node;
import org.quorate.NodeConfig;
import org.quorate.membership.Standing;
import org.quorate.repair.HintOptions;
import org.quorate.ring.Member;
import org.quorate.ring.Ring;
import org.quorate.storage.Log;
import org.quorate.storage.LogOptions;

/** Machines and the network between them; nothing runs yet. */
final class SimCluster {
  final SimTime time = new SimTime();
  final SimNetwork network;
  final List<SimMachine> machines = new ArrayList<>();
  final Ring ring;
  private final Profile profile;

  /**
   * @param violated told of what a task threw, and of what a node would halt for
   */
  SimCluster(Profile profile, SplittableRandom random, Consumer<Throwable> violated) {
    this.profile = profile;
    this.network = new SimNetwork(time, random.split());
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= profile.nodes(); i++) {
      members.add(new Member("n" + i, "n" + i + ":7480", i % 2 == 0 ? "even" : "odd"));
    }
    this.ring = Ring.first(members, profile.partitions(), profile.n());
    for (Member member : members) {
      machines.add(
          new SimMachine(config(member, members), ring, time, network, random.split(), violated));
    }
    for (SimMachine from : machines) {
      for (SimMachine to : machines) {
        if (!to.equals(from)) {
          network.path(from.name(), to.name());
        }
      }
    }
  }

  private NodeConfig config(Member member, List<Member> members) {
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
        profile.partitions(),
        profile.n(),
        majority,
        majority,
        new LogOptions(Log.Sync.ALWAYS, profile.segmentBytes(), 2, 32 << 20),
        new HintOptions(true, profile.segmentBytes(), 64L * profile.segmentBytes()),
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        profile.cacheBytes(),
        1 << 20,
        Duration.ofSeconds(1),
        profile.loops());
  }

  /** Starts what does not run, and tells whether all nodes reach each other and none is at work. */
  boolean isCalm() {
    machines.forEach(SimMachine::start);
    for (SimMachine machine : machines) {
      Node node = machine.ready();
      boolean busy =
          node == null
              || machine.requests + node.inFlightWrites() + node.peers().inFlight() > 0
              || ring.members().stream().anyMatch(member -> !isUp(node, member.name()));
      if (busy) {
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
