package org.quorate;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.Operations;
import org.quorate.gossip.Member;
import org.quorate.gossip.View;
import org.quorate.membership.Chain;
import org.quorate.membership.Membership;
import org.quorate.membership.StateCodec;
import org.quorate.peer.Local;
import org.quorate.peer.Peers;
import org.quorate.repair.AntiEntropyMetrics;
import org.quorate.repair.Exchanges;
import org.quorate.repair.Hints;
import org.quorate.repair.Responder;
import org.quorate.repair.Standing;
import org.quorate.replica.Layout;
import org.quorate.ring.ClusterState;
import org.quorate.ring.PartitionState;
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
  private final Chain chain;
  private final Availability.Defaults defaults;
  private final Log log;
  private final Identity identity;
  private final DiskReserve reserve;
  private final StorageMetrics storageMetrics;
  private final Hints hints;
  private final Membership membership;
  private final Lanes lanes;
  private final Participation participation;
  private final Provenance provenance;
  private final Availability availability;
  private final RepairView repair;
  private final Exchanges exchanges;
  private final AntiEntropyMetrics antiEntropyMetrics;
  private final boolean isSound;
  private String peerAddress = "";
  private volatile boolean stopping;

  private Node(
      NodeConfig config, Ports ports, String memory, Identity identity, Recovery.Result recovered) {
    this.config = config;
    this.ports = ports;
    this.chain =
        new Chain(
            config.name(),
            memory,
            ports.lanes().get(0).loop(),
            ports.clock(),
            ports.random(),
            ports.writer(),
            ports.background(),
            text -> Entrance.write(ports.disk(), text),
            (node, question) -> peers().chain(node, question),
            ports.fatal());
    ClusterState state = chain.state();
    this.defaults = Availability.Defaults.of(state.copies(), config.r(), config.w());
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
            self(state.epoch()),
            state.nodes(),
            ports.lanes().get(0).loop(),
            ports.clock(),
            ports.random(),
            ports.datagrams(),
            (member, question) -> peers().compare(member, question),
            ports.registry());
    this.antiEntropyMetrics = new AntiEntropyMetrics(ports.registry());
    KnownStates known = new KnownStates(chain, ports.lanes().get(0).loop());
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
            state,
            new Lanes.Shared(
                log,
                identity,
                reserve,
                storageMetrics,
                antiEntropyMetrics,
                new Local(config.cluster(), config.name(), identity, this::recall, known),
                node -> new StandingBelief(membership.standing(node)),
                this::hint,
                operations,
                standing,
                () -> hints.pending() > 0,
                chain::state,
                recovered.damagedBefore()));
    this.participation =
        new Participation(
            config, chain, lanes, membership, ports.directory(), hints::pending, this::takenUp);
    this.provenance = new Provenance(lanes, identity, chain, () -> stopping);
    this.availability =
        new Availability(
            config.name(), defaults, chain::state, name -> peers().isUp(name), ports.registry());
    List<Responder> responders = new ArrayList<>();
    lanes.forEach(lane -> responders.add(lane.responder()));
    this.exchanges = new Exchanges(responders, state.ring().slots(), standing, antiEntropyMetrics);
    this.repair = new RepairView(lanes, hints, storageMetrics);
    takenUp(state);
    peers().onChange(membership::compare, membership::check);
    membership.onChange(this::believed);
  }

  private void takenUp(ClusterState state) {
    state.nodes().stream()
        .map(org.quorate.ring.Member::name)
        .filter(name -> !name.equals(config.name()))
        .forEach(hints::watch);
    repair.watch(antiEntropyMetrics);
  }

  private void believed(View view) {
    String name = view.member().name();
    chain.heard(name, view.member().epoch());
    if (view.state().isLiving()) {
      lanes.forEach(lane -> lane.loop().execute(() -> lane.peers().hurry(name)));
    }
  }

  private Member self(long epoch) {
    return new Member(
        config.name(),
        ports.random().nextLong(),
        config.advertise(),
        config.advertiseHttp(),
        config.zone(),
        epoch,
        false);
  }

  private Future<Void> recall(String peer, Life last) {
    return provenance.recall(peer, last);
  }

  private Future<Void> hint(Loop from, Key key, String target) {
    return lanes.onFirst(from, () -> hints.add(key, target));
  }

  /**
   * Recovers, listens, and completes when requests can be served. The disk remembers a state of the
   * cluster: see {@link Entrance}.
   */
  public static Future<Node> start(NodeConfig config, Ports ports) {
    Promise<Node> started = Promise.promise();
    ports
        .background()
        .execute(
            () -> {
              try {
                Node node = recover(config, ports);
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

  private static Node recover(NodeConfig config, Ports ports) throws IOException {
    long began = ports.clock().nanos();
    String memory =
        Entrance.memory(ports.disk())
            .orElseThrow(() -> new IllegalStateException("no state of the cluster is known"));
    ClusterState state = StateCodec.stateOf(memory);
    if (!state.hasNode(config.name())) {
      throw new NotLetInException(
          config.name()
              + " is no member of the cluster any more (state "
              + state.epoch()
              + "): to join again it needs a new name or an empty data directory");
    }
    Identity identity = Identity.open(ports.disk(), ports.random(), ports.writer(), ports.fatal());
    Recovery.Result recovered =
        new Recovery(ports.disk(), ports.directory(), new Layout(state)).run();
    LOG.info(
        "recovered, {} log records read, in {} ms",
        recovered.records(),
        (ports.clock().nanos() - began) / 1_000_000);
    Node node = new Node(config, ports, memory, identity, recovered);
    node.hints.recover();
    return node;
  }

  /** Learns what is whole, before anybody can ask. */
  private Future<Void> open() {
    return lanes.call(lane -> lane.shard().open());
  }

  private Future<Void> listen() {
    return new Reception(config, lanes, membership, exchanges, participation)
        .open()
        .compose(
            address -> {
              peerAddress = address;
              return Tasks.onLoop(lanes.first().loop(), () -> membership.start(address));
            });
  }

  private Future<Void> begin() {
    Lanes.Lane first = lanes.first();
    boolean isFirst = identity.isFirst();
    return new Beginning(
            config.name(),
            chain.state().nodes(),
            first.loop(),
            ports,
            first.peers(),
            membership,
            identity,
            participation::caughtUp,
            isSound)
        .begin()
        .compose(begun -> isFirst ? provenance.found() : Future.succeededFuture())
        .onSuccess(done -> first.loop().execute(this::startChores));
  }

  private void startChores() {
    chain.open();
    availability.check();
    new Chores(config, ports, lanes, log, storageMetrics, () -> stopping)
        .start(reserve, hints, availability, participation.transitions(), chain::state);
  }

  /** The coordinator of the key's event loop; to be called on that loop. */
  public Coordinator coordinator(Key key) {
    return lanes.of(key).coordinator();
  }

  public Participation participation() {
    return participation;
  }

  /** The newest state of the cluster that is known here. */
  public ClusterState state() {
    return chain.state();
  }

  /** The quorums of buckets that have none of their own. */
  Availability.Defaults defaults() {
    return defaults;
  }

  public NodeConfig config() {
    return config;
  }

  public String peerAddress() {
    return peerAddress;
  }

  /** The other nodes as the first event loop sees them. */
  public Peers peers() {
    return lanes.first().peers();
  }

  public Membership membership() {
    return membership;
  }

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

  public RepairView repair() {
    return repair;
  }

  /** Partitions by what can be done with their keys. */
  public Map<PartitionState, Integer> partitionStates() {
    return availability.partitions();
  }

  /**
   * Compares the trees with the directory; only where no loop runs meanwhile.
   *
   * @throws IllegalStateException if one is not what a rescan gives
   */
  public void requireExactTrees() {
    lanes.forEach(lane -> lane.shard().requireExactTrees());
  }

  /** What this node has of a key, whether it owns it or not. */
  public Future<org.quorate.version.State> copy(Key key) {
    Lanes.Lane lane = lanes.of(key);
    return Tasks.onLoop(lane.loop(), () -> lane.replica().copy(key));
  }

  /** Keys whose newest state is not durable yet. */
  public int inFlightWrites() {
    int writes = 0;
    for (Lanes.Lane lane : lanes) {
      writes += lane.store().inFlight(key -> true);
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
    chain.close();
    membership.leave();
    return Future.succeededFuture();
  }

  private void closeStorage() throws IOException {
    identity.close();
    ports.directory().closeAt(isSound ? log.end() : 0);
  }
}
