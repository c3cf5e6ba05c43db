package org.quorate.peer;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.quorate.replica.Cluster;
import org.quorate.replica.LocalReplica;
import org.quorate.ring.Member;
import org.quorate.ring.Ring;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.quorate.version.Key;

/** All peers as one event loop sees them: the {@link Cluster} of that loop's coordinator. */
public final class Peers implements Cluster {
  private static final Health HERE =
      new Health() {
        @Override
        public boolean isUp() {
          return true;
        }

        @Override
        public long expectedNanos() {
          return 0;
        }

        @Override
        public long p95Nanos() {
          return 0;
        }
      };

  private final Local local;
  private final Ring ring;
  private final Loop loop;
  private final Clock clock;
  private final Transport transport;
  private final MeterRegistry registry;
  private final Map<String, PeerConnection> connections = new HashMap<>();
  private final Map<String, Owner> owners = new HashMap<>();
  private final List<List<Owner>> preference = new ArrayList<>();
  private final Promise<Void> allWelcomed = Promise.promise();
  private final Map<String, Long> leaseKnownBy = new HashMap<>();

  public Peers(
      Local local, Ring ring, Loop loop, Clock clock, Transport transport, MeterRegistry registry) {
    this.local = local;
    this.ring = ring;
    this.loop = loop;
    this.clock = clock;
    this.transport = transport;
    this.registry = registry;
  }

  /** Connects to all other members, and goes on trying; called on the loop, once. */
  public void connect() {
    for (Member member : ring.members()) {
      if (!member.name().equals(local.node())) {
        PeerConnection connection =
            new PeerConnection(
                local,
                member.name(),
                member.peer(),
                transport,
                loop,
                clock,
                new PeerMetrics(registry, member.name()));
        connections.put(member.name(), connection);
        connection.onWelcome(this::welcomed);
        connection.start();
      }
    }
  }

  private void welcomed(Hello hello) {
    leaseKnownBy.putIfAbsent(hello.node(), hello.listenerLease());
    if (leaseKnownBy.size() >= connections.size()) {
      allWelcomed.tryComplete();
    }
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

  /** Whether all peers were reached, and each knew just this lease of this node's actor. */
  public boolean confirm(long ownLease) {
    return leaseKnownBy.size() == connections.size()
        && leaseKnownBy.values().stream().allMatch(known -> known == ownLease);
  }

  /** Answers peers, and makes the preference lists; called on the loop, once. */
  public Future<String> serve(
      String address,
      LocalReplica own,
      Function<Key, Loop> loops,
      Function<Key, LocalReplica> all) {
    for (Member member : ring.members()) {
      owners.put(member.name(), owner(member.name(), own));
    }
    for (int p = 0; p < ring.partitions(); p++) {
      preference.add(ring.preference(p).stream().map(m -> ownerOf(m.name())).toList());
    }
    PeerServer server =
        new PeerServer(
            local, loop, clock, key -> new PeerServer.Place(loops.apply(key), all.apply(key)));
    return transport.listen(loop, address, server::accept);
  }

  private Owner owner(String name, LocalReplica own) {
    PeerConnection connection = connections.get(name);
    return connection == null
        ? new Owner(name, own, own, HERE)
        : new Owner(name, new RemoteReplica(connection), null, connection.health());
  }

  private Owner ownerOf(String name) {
    Owner owner = owners.get(name);
    if (owner == null) {
      throw new IllegalStateException("no owner " + name);
    }
    return owner;
  }

  @Override
  public List<Owner> preference(Key key) {
    return preference.get(ring.partitionOf(key.hash()));
  }

  /**
   * A member as this loop sees it.
   *
   * @param isUp whether it can be asked now; this node always can
   * @param http where clients reach it, empty if it was never reached
   */
  public record Peer(boolean isUp, String http, String zone, long incarnation) {}

  /** What is known of a member. */
  public Peer peer(Member member) {
    PeerConnection connection = connections.get(member.name());
    if (connection == null) {
      return new Peer(true, local.http(), local.zone(), local.incarnation());
    }
    Hello hello = connection.lastHello();
    return hello == null
        ? new Peer(connection.isUp(), "", member.zone(), 0)
        : new Peer(connection.isUp(), hello.http(), hello.zone(), hello.incarnation());
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
