package org.quorate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.CoordinatorMetrics;
import org.quorate.gossip.Member;
import org.quorate.gossip.View;
import org.quorate.membership.Membership;
import org.quorate.peer.Local;
import org.quorate.peer.Peers;
import org.quorate.repair.Delivery;
import org.quorate.repair.Healer;
import org.quorate.repair.Hints;
import org.quorate.replica.LocalReplica;
import org.quorate.ring.Ring;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Loop;
import org.quorate.storage.Compaction;
import org.quorate.storage.DiskReserve;
import org.quorate.storage.Identity;
import org.quorate.storage.Log;
import org.quorate.storage.Recovery;
import org.quorate.storage.StorageMetrics;
import org.quorate.storage.Store;
import org.quorate.version.Key;
import org.quorate.version.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node without its HTTP side: the composition root. What it knows of the world it has from its
 * {@link Ports}, so that a simulation runs this very code.
 */
public final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final long RESERVE_BYTES = 256L << 20;
  private static final long CHECK_MILLIS = 1000;
  private static final long HINTS_MILLIS = 100;
  private static final int KEY_OVERHEAD_BYTES = 160;

  /** What one event loop has. */
  private record Lane(
      Loop loop,
      Store store,
      LocalReplica replica,
      Peers peers,
      Coordinator coordinator,
      Delivery delivery) {}

  private final NodeConfig config;
  private final Ports ports;
  private final Ring ring;
  private final Log log;
  private final Identity identity;
  private final DiskReserve reserve;
  private final StorageMetrics storageMetrics;
  private final Hints hints;
  private final Membership membership;
  private final List<Lane> lanes = new ArrayList<>();
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
    this.reserve = new DiskReserve(ports.disk(), RESERVE_BYTES, ports.background());
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
    makeLanes(recovered.damagedBefore());
    peers().onChange(membership::compare, membership::check);
    membership.onChange(this::believed);
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
        config.http(),
        config.zone(),
        ring.epoch(),
        false);
  }

  private void makeLanes(long damagedBefore) {
    Cache<Key, State> cache =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(config.cacheBytes())
            .weigher(
                (Key key, State state) ->
                    KEY_OVERHEAD_BYTES + key.encoded().length + state.sizeBytes())
            .build();
    ToIntFunction<Key> partitions = key -> ring.partitionOf(key.hash());
    CoordinatorMetrics metrics = new CoordinatorMetrics(ports.registry());
    Local local = new Local(config.cluster(), config.name(), ring.epoch(), identity);
    for (int i = 0; i < ports.lanes().size(); i++) {
      Loop loop = ports.lanes().get(i).loop();
      Store store =
          new Store(
              loop,
              i,
              log,
              ports.directory(),
              cache,
              partitions,
              storageMetrics,
              identity,
              reserve,
              damagedBefore);
      Peers peers =
          new Peers(
              local,
              ring,
              loop,
              ports.clock(),
              ports.lanes().get(i).transport(),
              node -> new StandingBelief(membership.standing(node)),
              ports.registry());
      Coordinator coordinator = new Coordinator(peers, loop, ports.clock(), metrics);
      LocalReplica replica =
          new LocalReplica(store, ports.clock(), (key, target) -> hint(loop, key, target));
      Delivery delivery = new Delivery(loop, replica, peers, ring.copies(), ports.clock());
      lanes.add(new Lane(loop, store, replica, peers, coordinator, delivery));
      new Healer(store, peers, ring.copies(), loop, ports.clock(), ports.registry());
      if (damagedBefore == 0) {
        ports.directory().applied(i, log.end());
      }
    }
  }

  private Future<Void> hint(Loop from, Key key, String target) {
    return Hop.call(from, lanes.get(0).loop(), () -> hints.add(key, target));
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
                node.listen().compose(bound -> node.begin()).map(node).onComplete(started);
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

  private Future<Void> listen() {
    List<Future<String>> bound = new ArrayList<>();
    for (Lane lane : lanes) {
      bound.add(
          Tasks.onLoop(
              lane.loop(),
              () -> {
                lane.peers().connect();
                return lane.peers()
                    .serve(
                        config.peer(),
                        lane.replica(),
                        k -> lane(k).loop(),
                        k -> lane(k).replica(),
                        (from, question) -> compare(lane.loop(), from, question));
              }));
    }
    return Future.all(bound)
        .compose(
            all -> {
              peerAddress = all.resultAt(0);
              return Tasks.onLoop(lanes.get(0).loop(), () -> membership.start(peerAddress));
            });
  }

  /** Answers a peer that compares what it believes of the members. */
  private Future<byte[]> compare(Loop from, String peer, byte[] question) {
    return Hop.call(
        from,
        lanes.get(0).loop(),
        () -> {
          try {
            return Future.succeededFuture(membership.answer(peer, question));
          } catch (IllegalArgumentException e) {
            return Future.failedFuture(e);
          }
        });
  }

  private Future<Void> begin() {
    Lane first = lanes.get(0);
    return new Beginning(
            config.name(), ring, first.loop(), ports, first.peers(), membership, identity, isSound)
        .begin()
        .onSuccess(done -> first.loop().execute(this::startChores));
  }

  private void startChores() {
    Loop loop = lanes.get(0).loop();
    Compaction compaction =
        new Compaction(
            log,
            ports.directory(),
            key -> lane(key).store(),
            loop,
            ports.background(),
            config.log(),
            storageMetrics,
            () -> stopping);
    every(
        loop,
        CHECK_MILLIS,
        () -> {
          reserve.check();
          compaction.check();
        });
    every(loop, HINTS_MILLIS, () -> hints.deliver(peers()::isHealthy, key -> lane(key).delivery()));
    if (config.log().sync() == Log.Sync.INTERVAL) {
      every(loop, config.fsyncInterval().toMillis(), () -> log.sync(loop));
    }
  }

  private void every(Loop loop, long millis, Runnable chore) {
    loop.after(
        millis,
        () -> {
          if (!stopping) {
            chore.run();
            every(loop, millis, chore);
          }
        });
  }

  private Lane lane(Key key) {
    return lanes.get(ring.partitionOf(key.hash()) % lanes.size());
  }

  /** The coordinator of the key's event loop; to be called on that loop. */
  public Coordinator coordinator(Key key) {
    return lane(key).coordinator();
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
    return lanes.get(0).peers();
  }

  /** Who belongs to the cluster, and who of them lives. */
  public Membership membership() {
    return membership;
  }

  /** The wall clock's time at this moment of the monotonic clock, milliseconds since 1970. */
  public long wallMillis(long nanos) {
    return ports.clock().wallMillis() - (ports.clock().nanos() - nanos) / 1_000_000;
  }

  /** Tells the other nodes that this one is about to stop. */
  public void drain() {
    lanes.get(0).loop().execute(membership::drain);
  }

  public Log log() {
    return log;
  }

  /** Hints that this node keeps for others. */
  public long pendingHints() {
    return hints.pending();
  }

  /** Keys whose newest state is not durable yet. */
  public int inFlightWrites() {
    return lanes.stream().mapToInt(lane -> lane.store().inFlight()).sum();
  }

  /** Writes out everything and notes a stop in good order. No request may be in flight. */
  public Future<Void> stop() {
    stopping = true;
    return Tasks.onLoop(lanes.get(0).loop(), this::leave)
        .compose(left -> onAllLoops(lane -> lane.peers().close()))
        .compose(closed -> Tasks.inBackground(ports.writer(), log::close))
        .compose(written -> onAllLoops(lane -> {}))
        .compose(applied -> Tasks.inBackground(ports.writer(), this::closeStorage));
  }

  private Future<Void> leave() {
    membership.leave();
    return Future.succeededFuture();
  }

  /** Runs on each loop after all that was given to it before. */
  private Future<Void> onAllLoops(Consumer<Lane> task) {
    List<Future<Void>> done = new ArrayList<>();
    for (Lane lane : lanes) {
      done.add(
          Tasks.onLoop(
              lane.loop(),
              () -> {
                task.accept(lane);
                return Future.succeededFuture();
              }));
    }
    return Future.all(done).mapEmpty();
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
