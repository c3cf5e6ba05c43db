package org.quorate;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.Operations;
import org.quorate.gossip.Member;
import org.quorate.gossip.View;
import org.quorate.membership.Membership;
import org.quorate.peer.Local;
import org.quorate.peer.Peers;
import org.quorate.repair.AntiEntropyMetrics;
import org.quorate.repair.Exchanges;
import org.quorate.repair.Hints;
import org.quorate.repair.Responder;
import org.quorate.repair.Standing;
import org.quorate.ring.PartitionState;
import org.quorate.ring.Ring;
import org.quorate.runtime.Loop;
import org.quorate.storage.DiskReserve;
import org.quorate.storage.Identity;
import org.quorate.storage.Log;
import org.quorate.storage.Recovery;
import org.quorate.storage.StorageMetrics;
import org.quorate.version.Key;
import org.quorate.version.Life;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node without its HTTP side: the composition root. What it knows of the world it has from its
 * {@link Ports}, so that a simulation runs this very code.
 */
public final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final long RESERVE_BYTES = 256L << 20;

  private final NodeConfig config;
  private final Ports ports;
  private final Ring ring;
  private final Log log;
  private final Identity identity;
  private final DiskReserve reserve;
  private final StorageMetrics storageMetrics;
  private final Hints hints;
  private final Membership membership;
  private final Lanes lanes;
  private final Provenance provenance;
  private final Availability availability;
  private final RepairView repair;
  private final Exchanges exchanges;
  private final AntiEntropyMetrics antiEntropyMetrics;
  private final boolean isSound;
  private String peerAddress = "";
  private volatile boolean stopping;

  private Node(
      NodeConfig config, Ports ports, Ring ring, Identity identity, Recovery.Result recovered) {
    this.config = config;
    this.ports = ports;
    this.ring = ring;
    this.identity = identity;
    this.isSound = recovered.isSound();
    this.storageMetrics = new StorageMetrics(ports.registry());
    this.reserve =
        new DiskReserve(ports.disk(), RESERVE_BYTES, ports.background(), ports.registry());
    this.log =
        new Log(
            ports.disk(),
            config.log(),
            recovered.segments(),
            ports.writer(),
            ports.readers(),
            ports.background(),
            ports.clock(),
            storageMetrics,
            ports.fatal());
    this.hints =
        new Hints(
            ports.disk(),
            ports.lanes().get(0).loop(),
            ports.clock(),
            ports.background(),
            config.hints(),
            reserve,
            ports.registry(),
            ports.fatal());
    this.membership =
        new Membership(
            config.cluster(),
            self(),
            ring.members(),
            ports.lanes().get(0).loop(),
            ports.clock(),
            ports.random(),
            ports.datagrams(),
            (member, question) -> peers().compare(member, question),
            ports.registry());
    this.antiEntropyMetrics = new AntiEntropyMetrics(ports.registry());
    Operations operations = new Operations(ports.clock().wallMillis() << 20);
    Standing standing =
        new Standing(
            identity,
            config.hints().enabled(),
            hints::pending,
            operations::nextAge,
            operations::oldestAge);
    this.lanes =
        new Lanes(
            config,
            ports,
            ring,
            new Lanes.Shared(
                log,
                identity,
                reserve,
                storageMetrics,
                antiEntropyMetrics,
                new Local(config.cluster(), config.name(), ring.epoch(), identity, this::recall),
                node -> new StandingBelief(membership.standing(node)),
                this::hint,
                operations,
                standing,
                recovered.damagedBefore()));
    this.provenance = new Provenance(lanes, identity, ring.members().size(), () -> stopping);
    this.availability =
        new Availability(config, ring, name -> peers().isUp(name), ports.registry());
    List<Responder> responders = new ArrayList<>();
    lanes.forEach(lane -> responders.add(lane.responder()));
    this.exchanges = new Exchanges(responders, standing, antiEntropyMetrics);
    ring.members().stream()
        .map(org.quorate.ring.Member::name)
        .filter(name -> !name.equals(config.name()))
        .forEach(hints::watch);
    this.repair = new RepairView(lanes, hints, storageMetrics);
    repair
        .coOwners()
        .keySet()
        .forEach(name -> antiEntropyMetrics.watch(name, () -> ageSeconds(name)));
    peers().onChange(membership::compare, membership::check);
    membership.onChange(this::believed);
  }

  private Future<Void> recall(String peer, Life last) {
    return provenance.recall(peer, last);
  }

  private void believed(View view) {
    if (view.state().isLiving()) {
      String name = view.member().name();
      lanes.forEach(lane -> lane.loop().execute(() -> lane.peers().hurry(name)));
    }
  }

  private Member self() {
    return new Member(
        config.name(),
        ports.random().nextLong(),
        config.advertise(),
        config.advertiseHttp(),
        config.zone(),
        ring.epoch(),
        false);
  }

  private Future<Void> hint(Loop from, Key key, String target) {
    return lanes.onFirst(from, () -> hints.add(key, target));
  }

  /** Recovers, listens, and completes when requests can be served. */
  public static Future<Node> start(NodeConfig config, Ports ports, Ring ring) {
    Promise<Node> started = Promise.promise();
    ports
        .background()
        .execute(
            () -> {
              try {
                Node node = recover(config, ports, ring);
                node.open()
                    .compose(open -> node.listen())
                    .compose(bound -> node.begin())
                    .map(node)
                    .onComplete(started);
              } catch (IOException | RuntimeException e) {
                started.fail(e);
              }
            });
    return started.future();
  }

  private static Node recover(NodeConfig config, Ports ports, Ring ring) throws IOException {
    long began = ports.clock().nanos();
    Identity identity = Identity.open(ports.disk(), ports.random(), ports.writer(), ports.fatal());
    ToIntFunction<Key> partitions = key -> ring.partitionOf(key.hash());
    Recovery.Result recovered = new Recovery(ports.disk(), ports.directory(), partitions).run();
    LOG.info(
        "recovered, {} log records read, in {} ms",
        recovered.records(),
        (ports.clock().nanos() - began) / 1_000_000);
    Node node = new Node(config, ports, ring, identity, recovered);
    node.hints.recover();
    return node;
  }

  /** Learns what is whole, before anybody can ask. */
  private Future<Void> open() {
    return lanes.call(lane -> lane.shard().open());
  }

  private Future<Void> listen() {
    List<Future<String>> bound = new ArrayList<>();
    for (Lanes.Lane lane : lanes) {
      bound.add(
          Tasks.onLoop(
              lane.loop(),
              () -> {
                lane.peers().connect();
                lane.loop().execute(lane.antiEntropy()::build);
                return lane.peers()
                    .serve(
                        config.peer(),
                        lane.replica(),
                        k -> lanes.of(k).loop(),
                        k -> lanes.of(k).replica(),
                        (from, question) -> compare(lane.loop(), from, question),
                        (from, question) -> exchanges.answer(lane.loop(), from, question));
              }));
    }
    return Future.all(bound)
        .compose(
            all -> {
              peerAddress = all.resultAt(0);
              return Tasks.onLoop(lanes.first().loop(), () -> membership.start(peerAddress));
            });
  }

  /** Answers a peer that compares what it believes of the members. */
  private Future<byte[]> compare(Loop from, String peer, byte[] question) {
    return lanes.onFirst(
        from,
        () -> {
          try {
            return Future.succeededFuture(membership.answer(peer, question));
          } catch (IllegalArgumentException e) {
            return Future.failedFuture(e);
          }
        });
  }

  private Future<Void> begin() {
    Lanes.Lane first = lanes.first();
    boolean isFirst = identity.isFirst();
    return new Beginning(
            config.name(), ring, first.loop(), ports, first.peers(), membership, identity, isSound)
        .begin()
        .compose(begun -> isFirst ? provenance.found() : Future.succeededFuture())
        .onSuccess(done -> first.loop().execute(this::startChores));
  }

  private void startChores() {
    availability.check();
    new Chores(config, ports, lanes, log, storageMetrics, () -> stopping)
        .start(reserve, hints, availability);
  }

  /** The coordinator of the key's event loop; to be called on that loop. */
  public Coordinator coordinator(Key key) {
    return lanes.of(key).coordinator();
  }

  public Ring ring() {
    return ring;
  }

  public NodeConfig config() {
    return config;
  }

  /** Where this node listens for peers. */
  public String peerAddress() {
    return peerAddress;
  }

  /** The other nodes as the first event loop sees them. */
  public Peers peers() {
    return lanes.first().peers();
  }

  /** Who belongs to the cluster, and who of them lives. */
  public Membership membership() {
    return membership;
  }

  /** The wall clock's time, milliseconds since 1970. */
  public long wallMillis() {
    return ports.clock().wallMillis();
  }

  /** The wall clock's time at this moment of the monotonic clock, milliseconds since 1970. */
  public long wallMillis(long nanos) {
    return ports.clock().wallMillis() - (ports.clock().nanos() - nanos) / 1_000_000;
  }

  /** Tells the other nodes that this one is about to stop; completes when they know. */
  public Future<Void> drain() {
    return Tasks.onLoop(lanes.first().loop(), membership::drain);
  }

  public Log log() {
    return log;
  }

  /** What is still to be repaired. */
  public RepairView repair() {
    return repair;
  }

  /** Partitions by what can be done with their keys, as this node sees it. */
  public Map<PartitionState, Integer> partitionStates() {
    return availability.partitions();
  }

  private double ageSeconds(String coOwner) {
    return repair.coOwners().getOrDefault(coOwner, 0L) / 1e9;
  }

  /**
   * Compares the trees with the directory; only where no loop runs meanwhile.
   *
   * @throws IllegalStateException if one is not what a rescan gives
   */
  public void requireExactTrees() {
    lanes.forEach(lane -> lane.shard().requireExactTrees());
  }

  /** Keys whose newest state is not durable yet. */
  public int inFlightWrites() {
    int writes = 0;
    for (Lanes.Lane lane : lanes) {
      writes += lane.store().inFlight();
    }
    return writes;
  }

  /** Writes out everything and notes a stop in good order. No request may be in flight. */
  public Future<Void> stop() {
    stopping = true;
    return Tasks.onLoop(lanes.first().loop(), this::leave)
        .compose(left -> lanes.run(lane -> lane.peers().close()))
        .compose(closed -> lanes.run(lane -> {}))
        .compose(hinted -> Tasks.onLoop(lanes.first().loop(), hints::settled))
        .compose(settled -> Tasks.inBackground(ports.writer(), log::close))
        .compose(written -> lanes.run(lane -> {}))
        .compose(applied -> Tasks.inBackground(ports.writer(), this::closeStorage));
  }

  private Future<Void> leave() {
    membership.leave();
    return Future.succeededFuture();
  }

  private void closeStorage() throws IOException {
    identity.close();
    ports.directory().closeAt(isSound ? log.end() : 0);
  }

  /** What a node does about a failure that it must not survive. */
  static Consumer<Throwable> halting() {
    return e -> {
      LOG.error("fatal, the node stops at once", e);
      Runtime.getRuntime().halt(70);
    };
  }
}
