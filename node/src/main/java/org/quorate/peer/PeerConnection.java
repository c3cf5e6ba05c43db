package org.quorate.peer;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.quorate.replica.Cluster;
import org.quorate.replica.Failure;
import org.quorate.replica.ReplicaException;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.Life;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's way to one peer from one loop: a connection that is opened again whenever it breaks,
 * with many requests in flight.
 *
 * <pre>
 *  CONNECTING ── link ──► GREETING ── welcome ──► UP ── closed, or silent for 3 s ──┐
 *      ▲                      │ refused, closed, silent                             │
 *      └──────────────────── after a pause ◄────────────────────────────────────────┘
 * </pre>
 */
public final class PeerConnection {
  private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NANOS_PER_MICRO = 1000;
  private static final long TICK_MILLIS = 50;
  private static final long PING_NANOS = 500 * NANOS_PER_MILLI;
  private static final long SILENT_NANOS = 3000 * NANOS_PER_MILLI;
  private static final long LEASE_NANOS = 1000 * NANOS_PER_MILLI;
  private static final long LEAST_PAUSE_MILLIS = 50;
  private static final long MOST_PAUSE_MILLIS = 1000;
  private static final int MAX_IN_FLIGHT = 8192;

  private enum State {
    CONNECTING,
    GREETING,
    UP
  }

  private record Pending(long id, long sentNanos, long deadline, Promise<ByteReader> answer) {}

  private final Local local;
  private final String peer;
  private final String address;
  private final Transport transport;
  private final Loop loop;
  private final Clock clock;
  private final PeerMetrics metrics;
  private final Latency latency;
  private final Map<Long, Pending> pending = new HashMap<>();
  private final Deque<Pending> oldestFirst = new ArrayDeque<>();
  private Consumer<Hello> onWelcome = hello -> {};
  private Runnable onLost = () -> {};
  private Runnable onFailed = () -> {};
  private State state = State.CONNECTING;
  private @Nullable FrameLink link;
  private Loop.@Nullable Timer waiting;
  private long heardNanos;
  private long pingedNanos;
  private long nextId = 1;

  /** The life of this node that the peer has noted last. */
  private Life told = Life.NONE;

  /** What the peer remembers of this node's earlier lives is settled. */
  private boolean isRecalled;

  private long pauseMillis = LEAST_PAUSE_MILLIS;
  private String lastProblem = "";
  private boolean closed;

  /**
   * @param nodes of the cluster
   */
  PeerConnection(
      Local local,
      String peer,
      String address,
      Transport transport,
      Loop loop,
      Clock clock,
      int nodes,
      PeerMetrics metrics) {
    this.latency = new Latency(nodes);
    this.local = local;
    this.peer = peer;
    this.address = address;
    this.transport = transport;
    this.loop = loop;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Told of each welcome, of each time the connection breaks, and of each vain attempt. */
  void on(Consumer<Hello> welcome, Runnable lost, Runnable failed) {
    onWelcome = welcome;
    onLost = lost;
    onFailed = failed;
  }

  void start() {
    connect();
    loop.after(TICK_MILLIS, this::tick);
  }

  boolean isUp() {
    return state == State.UP;
  }

  /** This peer's health as coordinators see it. */
  Cluster.Health health(Belief belief) {
    return new Cluster.Health() {
      @Override
      public boolean isUp() {
        return state == State.UP && belief.isLiving();
      }

      @Override
      public boolean isLastChoice() {
        return belief.isLastChoice();
      }

      @Override
      public long expectedNanos() {
        Pending oldest = oldestFirst.peek();
        long age = oldest == null ? 0 : clock.nanos() - oldest.sentNanos();
        return Math.max(latency.expectedNanos(pending.size()), age);
      }

      @Override
      public long p95Nanos() {
        return latency.p95Nanos();
      }
    };
  }

  /** The peer is said to be there: it is tried at once if a pause is under way. */
  void hurry() {
    if (waiting != null) {
      pauseMillis = LEAST_PAUSE_MILLIS;
      waiting.cancel();
      connect();
    }
  }

  private void connect() {
    waiting = null;
    if (closed) {
      return;
    }
    state = State.CONNECTING;
    Listen.to(
        transport.connect(loop, address),
        loop,
        this::greet,
        e -> retry("cannot connect to " + address));
  }

  private void greet(Link connected) {
    if (closed) {
      connected.close();
      return;
    }
    FrameLink frames = new FrameLink(connected, loop, this::received);
    link = frames;
    state = State.GREETING;
    heardNanos = clock.nanos();
    connected.onClose(() -> lost(frames));
    send(frames, Frames.HELLO, 0, local.hello(peer, 0)::write);
  }

  private void lost(FrameLink which) {
    if (which.equals(link)) {
      boolean wasUp = state == State.UP;
      link = null;
      retry(wasUp ? "connection lost" : "connection closed in the handshake");
      if (wasUp) {
        onLost.run();
      }
    }
  }

  private void retry(String problem) {
    if (closed) {
      return;
    }
    if (state == State.UP || !problem.equals(lastProblem)) {
      LOG.info("peer {} is down: {}", peer, problem);
      lastProblem = problem;
    }
    state = State.CONNECTING;
    onFailed.run();
    failAll(Failure.DISCONNECTED);
    waiting = loop.after(pauseMillis, this::connect);
    pauseMillis = Math.min(MOST_PAUSE_MILLIS, pauseMillis * 2);
  }

  private void failAll(Failure failure) {
    Pending[] all = oldestFirst.toArray(new Pending[0]);
    oldestFirst.clear();
    pending.clear();
    for (Pending each : all) {
      each.answer().tryFail(new ReplicaException(failure));
    }
  }

  private void received(ByteReader in) {
    heardNanos = clock.nanos();
    int type = in.readByte();
    long id = in.readVarLong();
    switch (type) {
      case Frames.WELCOME -> welcomed(Hello.read(in));
      case Frames.REFUSED -> refused(in.readText());
      case Frames.PONG -> {}
      default -> answered(id, type, in);
    }
  }

  private void welcomed(Hello hello) {
    local.leases().noteLease(hello.actor(), hello.lease());
    LOG.info("peer {} is up at {}", peer, address);
    state = State.UP;
    latency.cold();
    lastProblem = "";
    pauseMillis = LEAST_PAUSE_MILLIS;
    isRecalled = false;
    FrameLink welcoming = link;
    Listen.to(
        local.memory().recall(peer, hello.listenerLast()),
        loop,
        recalled -> loop.execute(() -> recalled(welcoming, hello)),
        e ->
            LOG.warn("what peer {} remembers of this node is not settled: {}", peer, e.toString()));
    local.states().met(peer, hello.epoch());
    onWelcome.accept(hello);
  }

  private void recalled(@Nullable FrameLink welcoming, Hello hello) {
    if (link == welcoming) {
      isRecalled = true;
      told = hello.listenerLast();
      tellLeaseAgain();
    }
  }

  private void refused(String why) {
    if (!why.equals(lastProblem)) {
      LOG.error("peer {} at {} refuses this node: {}", peer, address, why);
    }
    lastProblem = why;
    pauseMillis = MOST_PAUSE_MILLIS;
    close(link);
  }

  private void answered(long id, int type, ByteReader in) {
    Pending request = pending.remove(id);
    if (request == null) {
      return;
    }
    while (!oldestFirst.isEmpty() && !pending.containsKey(oldestFirst.element().id())) {
      oldestFirst.remove();
    }
    long nanos = clock.nanos() - request.sentNanos();
    latency.add(nanos);
    metrics.ended(nanos);
    if (type == Frames.FAILURE) {
      request.answer().tryFail(new ReplicaException(Failure.ofCode(in.readByte())));
    } else {
      request.answer().tryComplete(in);
    }
  }

  /**
   * Sends a request; completes with the payload of its answer.
   *
   * @param epoch of the state of the cluster that the request goes by
   */
  Future<ByteReader> request(int type, long epoch, long deadline, Consumer<ByteWriter> payload) {
    FrameLink up = link;
    if (state != State.UP || up == null) {
      return Future.failedFuture(new ReplicaException(Failure.UNREACHABLE));
    }
    if (pending.size() >= MAX_IN_FLIGHT || up.isBackedUp()) {
      return Future.failedFuture(new ReplicaException(Failure.OVERLOADED));
    }
    long now = clock.nanos();
    long millis = (deadline - now) / NANOS_PER_MILLI;
    if (millis <= 0) {
      return Future.failedFuture(new ReplicaException(Failure.EXPIRED));
    }
    Pending request = new Pending(nextId++, now, deadline, Promise.promise());
    pending.put(request.id(), request);
    oldestFirst.add(request);
    send(
        up,
        type,
        request.id(),
        out -> {
          out.writeVarLong(millis).writeVarLong(epoch);
          payload.accept(out);
        });
    return request.answer().future();
  }

  /**
   * Tells the peer of the lease of this node's actor; completes when the peer has noted it. Not
   * before it is settled what the peer remembers of an earlier life.
   */
  Future<Void> tellLease() {
    Life life = local.leases().durable();
    return !isRecalled || life.equals(Life.NONE)
        ? Future.failedFuture(new ReplicaException(Failure.NOT_READY))
        : request(
                Frames.LEASE,
                local.states().epoch(),
                clock.nanos() + LEASE_NANOS,
                out -> out.writeLong(life.actor()).writeVarLong(life.lease()))
            .<Void>mapEmpty()
            .onSuccess(noted -> told = life);
  }

  /** The peer must come to know each life of this node, whatever is lost on the way. */
  private void tellLeaseAgain() {
    if (isRecalled && !told.equals(local.leases().durable())) {
      tellLease();
    }
  }

  private static void send(FrameLink to, int type, long id, Consumer<ByteWriter> payload) {
    int start = Frames.begin(to.out(), type, id);
    payload.accept(to.out());
    Frames.end(to.out(), start);
    to.flush();
  }

  private void tick() {
    if (closed) {
      return;
    }
    long now = clock.nanos();
    FrameLink current = link;
    if (current != null && now - heardNanos > SILENT_NANOS) {
      LOG.info("peer {} is silent for {} ms", peer, (now - heardNanos) / NANOS_PER_MILLI);
      close(current);
    } else if (current != null && state == State.UP && now - pingedNanos > PING_NANOS) {
      pingedNanos = now;
      send(current, Frames.PING, 0, out -> {});
      tellLeaseAgain();
    }
    while (!oldestFirst.isEmpty()) {
      Pending oldest = oldestFirst.element();
      if (pending.containsKey(oldest.id()) && oldest.deadline() - now > 0) {
        break;
      }
      oldestFirst.remove();
      if (pending.remove(oldest.id()) != null) {
        latency.add(now - oldest.sentNanos());
        metrics.ended(now - oldest.sentNanos());
        oldest.answer().tryFail(new ReplicaException(Failure.TIMEOUT));
      }
    }
    loop.after(TICK_MILLIS, this::tick);
  }

  private void close(@Nullable FrameLink which) {
    if (which != null) {
      which.close();
    }
  }

  void close() {
    closed = true;
    close(link);
    failAll(Failure.DISCONNECTED);
  }

  /**
   * Takes a report that comes with an answer: what the peer has in progress, and how fast it is.
   */
  void report(ByteReader in) {
    long inProgress = in.readVarLong();
    latency.report(inProgress, in.readVarLong() * NANOS_PER_MICRO);
  }

  /** Requests without an answer yet. */
  int inFlight() {
    return pending.size();
  }
}
