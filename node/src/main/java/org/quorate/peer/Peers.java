package org.quorate.peer;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.quorate.replica.AtEpoch;
import org.quorate.replica.Cluster;
import org.quorate.replica.Failure;
import org.quorate.replica.Layout;
import org.quorate.replica.LocalReplica;
import org.quorate.replica.ReplicaException;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.quorate.version.ByteReader;
import org.quorate.version.Key;

/** All peers as one event loop sees them: the {@link Cluster} of that loop's coordinator. */
public final class Peers implements Cluster {
  private static final Health HERE = new FixedHealth(true);
  private static final Health GONE = new FixedHealth(false);

  /** Of a node of which nothing is to be found out. */
  private record FixedHealth(boolean isUp) implements Health {
    @Override
    public boolean isLastChoice() {
      return false;
    }

    @Override
    public long expectedNanos() {
      return 0;
    }

    @Override
    public long p95Nanos() {
      return 0;
    }
  }

  private static final long COMPARE_NANOS = 1_000_000_000;
  private static final long EXCHANGE_NANOS = 5_000_000_000L;

  private static final long NEWER_MILLIS = 1000;

  private final Local local;
  private final Loop loop;
  private final Clock clock;
  private final Transport transport;
  private final Function<String, Belief> beliefs;
  private final MeterRegistry registry;
  private final Map<String, PeerConnection> connections = new HashMap<>();
  private final Map<String, Owner> owners = new HashMap<>();
  private @Nullable LocalReplica own;
  private ClusterState state;
  private @Nullable Preference[] preferences = {};
  private @Nullable Promise<Void> newer;
  private final Promise<Void> allWelcomed = Promise.promise();
  private final Promise<Void> allTried = Promise.promise();
  private final Set<String> tried = new HashSet<>();
  private final Map<String, Long> leaseKnownBy = new HashMap<>();
  private Consumer<String> onUp = peer -> {};
  private Consumer<String> onLost = peer -> {};

  /**
   * @param beliefs of other nodes, by name
   */
  public Peers(
      Local local,
      ClusterState state,
      Loop loop,
      Clock clock,
      Transport transport,
      Function<String, Belief> beliefs,
      MeterRegistry registry) {
    this.beliefs = beliefs;
    this.local = local;
    this.state = state;
    this.loop = loop;
    this.clock = clock;
    this.transport = transport;
    this.registry = registry;
  }

  /** Told of each peer that a connection to was made, and of each that one to broke. */
  public void onChange(Consumer<String> up, Consumer<String> lost) {
    onUp = up;
    onLost = lost;
  }

  /** Connects to all other nodes, and goes on trying; called on the loop, once. */
  public void connect() {
    for (Member member : state.nodes()) {
      if (!member.name().equals(local.node())) {
        connect(member);
      }
    }
  }

  private void connect(Member member) {
    PeerConnection connection =
        new PeerConnection(
            local,
            member.name(),
            member.peer(),
            transport,
            loop,
            clock,
            state.nodes().size(),
            new PeerMetrics(registry, member.name()));
    connections.put(member.name(), connection);
    connection.on(this::welcomed, () -> onLost.accept(member.name()), () -> tried(member.name()));
    connection.start();
  }

  /** Takes up a newer state of the cluster. */
  public void adopt(ClusterState next) {
    Map<String, String> addresses =
        next.nodes().stream().collect(Collectors.toMap(Member::name, Member::peer));
    for (Member member : state.nodes()) {
      PeerConnection connection = connections.get(member.name());
      if (connection != null && !member.peer().equals(addresses.get(member.name()))) {
        connection.close();
        connections.remove(member.name());
        leaseKnownBy.remove(member.name());
      }
    }
    state = next;
    for (Member member : next.nodes()) {
      if (!member.name().equals(local.node()) && !connections.containsKey(member.name())) {
        connect(member);
      }
    }
    prefer();
    Promise<Void> waiting = newer;
    newer = null;
    if (waiting != null) {
      waiting.tryComplete();
    }
  }

  @Override
  public Future<Void> newerThan(long epoch, String knownBy) {
    if (state.epoch() > epoch) {
      return Future.succeededFuture();
    }
    local.states().catchUp(knownBy);
    Promise<Void> waiting = newer;
    if (waiting == null) {
      Promise<Void> next = Promise.promise();
      newer = next;
      waiting = next;
      loop.after(
          NEWER_MILLIS,
          () -> {
            if (next.equals(newer)) {
              newer = null;
              next.tryFail(new ReplicaException(Failure.STALE_EPOCH));
            }
          });
    }
    return waiting.future();
  }

  private void tried(String peer) {
    if (tried.add(peer) && tried.size() >= connections.size()) {
      allTried.tryComplete();
    }
  }

  private void welcomed(Hello hello) {
    tried(hello.node());
    leaseKnownBy.putIfAbsent(hello.node(), hello.listenerLease());
    if (leaseKnownBy.size() >= connections.size()) {
      allWelcomed.tryComplete();
    }
    onUp.accept(hello.node());
  }

  /** Completes when all peers were reached or found to be away, or after this time. */
  public Future<Void> tried(long millis) {
    loop.after(connections.isEmpty() ? 1 : millis, allTried::tryComplete);
    return allTried.future();
  }

  /** Completes when all peers were reached once, or after this time. */
  public Future<Void> reached(long millis) {
    Promise<Void> reached = Promise.promise();
    allWelcomed.future().onSuccess(reached::tryComplete);
    loop.after(millis, reached::tryComplete);
    if (leaseKnownBy.size() >= connections.size()) {
      allWelcomed.tryComplete();
    }
    return reached.future();
  }

  /** Peers that were reached at least once. */
  public int reached() {
    return leaseKnownBy.size();
  }

  /** Whether all peers were reached, and each knew just this lease of this node's actor. */
  public boolean confirm(long ownLease) {
    return leaseKnownBy.size() == connections.size()
        && leaseKnownBy.values().stream().allMatch(known -> known == ownLease);
  }

  /** Answers peers, and makes the preference lists; called on the loop, once. */
  public Future<String> serve(
      String address,
      LocalReplica replica,
      Function<Key, Loop> loops,
      Function<Key, LocalReplica> all,
      Answering answering) {
    own = replica;
    prefer();
    PeerServer server =
        new PeerServer(
            local,
            loop,
            clock,
            key -> new PeerServer.Place(loops.apply(key), all.apply(key)),
            answering);
    return transport.listen(loop, address, server::accept);
  }

  /** The preference lists are made anew, each when it is asked for. */
  private void prefer() {
    owners.clear();
    preferences = new Preference[state.ring().partitions()];
    state.nodes().forEach(member -> owners.put(member.name(), owner(member.name())));
  }

  private Preference preference(int partition) {
    Assignment assignment = state.assignment(partition);
    return new Preference(
        state.copies(partition),
        state.epoch(),
        owners(assignment.now()),
        owners(assignment.next()),
        assignment.isSettling());
  }

  private List<Owner> owners(List<Member> members) {
    return members.stream()
        .map(member -> owners.computeIfAbsent(member.name(), this::owner))
        .toList();
  }

  private Owner owner(String name) {
    PeerConnection connection = connections.get(name);
    LocalReplica replica = own;
    if (name.equals(local.node()) && replica != null) {
      return new Owner(name, new AtEpoch(replica, state.epoch(), 0), replica, HERE);
    }
    return connection == null
        ? new Owner(name, NoReplica.INSTANCE, null, GONE)
        : new Owner(
            name,
            new RemoteReplica(connection, state.epoch()),
            null,
            connection.health(beliefs.apply(name)));
  }

  @Override
  public Preference preference(Key key) {
    int partition = Layout.partition(state, key);
    Preference known = preferences[partition];
    if (known == null) {
      known = preference(partition);
      preferences[partition] = known;
    }
    return known;
  }

  /** The peer is said to be back: it is tried at once. */
  public void hurry(String peer) {
    PeerConnection connection = connections.get(peer);
    if (connection != null) {
      connection.hurry();
    }
  }

  /** Whether there is a connection to this node; to this one itself there always is. */
  public boolean isConnected(String node) {
    PeerConnection connection = connections.get(node);
    return connection == null || connection.isUp();
  }

  /** Whether the node can be asked at all. */
  public boolean isUp(String node) {
    Owner owner = owners.get(node);
    return owner != null && owner.health().isUp();
  }

  /** Whether the node can be asked, is not thought to be dead, and is not about to stop. */
  public boolean isHealthy(String node) {
    Owner owner = owners.get(node);
    return owner != null && owner.health().isUp() && !owner.health().isLastChoice();
  }

  /** Asks a peer for its vote or its state of the cluster; fails if it is none or is away. */
  public Future<byte[]> chain(String peer, byte[] question) {
    return ask(peer, Frames.CHAIN, COMPARE_NANOS, question);
  }

  /** Asks a peer to compare what it believes of the members; fails if it is none or is away. */
  public Future<byte[]> compare(String peer, byte[] question) {
    return ask(peer, Frames.COMPARE, COMPARE_NANOS, question);
  }

  /** Asks a peer to compare what it holds; fails if it is none or is away. */
  public Future<byte[]> exchange(String peer, byte[] question) {
    return ask(peer, Frames.EXCHANGE, EXCHANGE_NANOS, question);
  }

  private Future<byte[]> ask(String peer, int type, long nanos, byte[] question) {
    PeerConnection connection = connections.get(peer);
    return connection == null
        ? Future.failedFuture(new ReplicaException(Failure.UNREACHABLE))
        : connection
            .request(type, state.epoch(), clock.nanos() + nanos, out -> out.writeBytes(question))
            .map(ByteReader::readRest);
  }

  /** Tells all peers of a lease of this node's actor; completes when all have noted it. */
  public Future<Void> tellLease() {
    return Future.join(connections.values().stream().map(PeerConnection::tellLease).toList())
        .mapEmpty();
  }

  /** Requests to peers without an answer yet. */
  public int inFlight() {
    return connections.values().stream().mapToInt(PeerConnection::inFlight).sum();
  }

  public void close() {
    connections.values().forEach(PeerConnection::close);
  }
}
