package org.quorate.bench.drive;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.internal.ContextInternal;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.measure.Meter;
import org.quorate.bench.measure.Sample;
import org.quorate.bench.measure.Sample.Found;
import org.quorate.bench.runtime.Clock;
import org.quorate.bench.verify.Ledger;
import org.quorate.bench.work.Kind;
import org.quorate.bench.work.Payload;

/**
 * One event loop of a run: it begins operations when they are intended and a connection is free.
 *
 * <p>Timers are those of the event loop itself, which are exact to some microseconds; Vert.x's
 * would round to milliseconds.
 */
final class Loop {
  /**
   * Operations drawn and not begun, at most; what comes later is not drawn from the schedule yet.
   */
  private static final int MAX_WAITING = 10_000;

  private static final int CONNECT_MILLIS = 2000;
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Plan plan;
  private final int index;
  private final int mostOutstanding;
  private final ContextInternal context;
  private final Vertx vertx;
  private final EventLoop timers;
  private final Clock clock;
  private final HttpClientAgent client;
  private final @Nullable Arrivals schedule;
  private final Source source;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();
  private final Promise<Void> over = Promise.promise();
  private final Meter meter;
  private long zero;
  private long end;
  private long patience;
  private int waiting;
  private int outstanding;
  private int sequence;
  private long lastOpen;
  private boolean isExhausted;
  private boolean isArmed;

  /**
   * Called on the loop itself.
   *
   * @param connectionCount of this loop, at least 1
   */
  Loop(Plan plan, int index, int connectionCount, ContextInternal context, Clock clock) {
    this.plan = plan;
    this.index = index;
    this.mostOutstanding = connectionCount;
    this.context = context;
    this.vertx = context.owner();
    this.timers = context.nettyEventLoop();
    this.clock = clock;
    context.exceptionHandler(over::tryFail);
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setTcpNoDelay(true).setConnectTimeout(CONNECT_MILLIS));
    this.schedule = plan.schedule() == null ? null : plan.schedule().apply(index);
    this.source = plan.sources().apply(index);
    this.meter = new Meter(plan.warmUp(), plan.end(), plan.progress()::interval);
    this.end = plan.end();
    this.patience = plan.timeout();
    for (List<Target> targets : plan.route().lanes()) {
      Lane lane = new Lane();
      lanes.add(lane);
      for (int i = 0; i < connectionCount; i++) {
        Target target = targets.get((i + index) % targets.size());
        connections.add(new Connection(vertx, client, target, lane));
      }
    }
  }

  /** Opens the connections. Completes with how many are open. */
  Future<Integer> open() {
    List<Future<Boolean>> opened =
        connections.stream().map(connection -> connection.open(this::pump)).toList();
    return Future.all(opened).map(all -> (int) opened.stream().filter(one -> one.result()).count());
  }

  /**
   * Begins. Completes when all is over.
   *
   * @param start of the run on the clock
   */
  Future<Void> run(long start) {
    zero = start;
    tick(now());
    pump();
    return over.future();
  }

  /** Intends nothing more. */
  void stop() {
    if (now() < end) {
      end = now();
      patience = Math.min(patience, SECOND);
      meter.endAt(end);
    }
    pump();
  }

  long now() {
    return clock.nanos() - zero;
  }

  long clockNanos() {
    return clock.nanos();
  }

  boolean keepsValues() {
    return plan.keepsValues();
  }

  @Nullable Ledger ledger() {
    return plan.ledger();
  }

  Dialect dialect() {
    return plan.dialect();
  }

  Payload payload() {
    return plan.payload();
  }

  String name(Operation operation) {
    return plan.keys().name(operation.key());
  }

  int index() {
    return index;
  }

  int nextSequence() {
    return sequence++;
  }

  private void pump() {
    if (zero == 0 || over.future().isComplete()) {
      return;
    }
    if (schedule == null) {
      while (waiting + outstanding < openConnections() && now() < end && !isExhausted) {
        draw(now());
      }
    } else {
      long due = Math.min(now(), end - 1);
      while (waiting < MAX_WAITING && schedule.next() <= due && !isExhausted) {
        draw(schedule.next());
        schedule.advance();
      }
      arm();
    }
    for (Lane lane : lanes) {
      while (lane.canServe() && outstanding < mostOutstanding) {
        begin(lane);
      }
    }
    boolean isIntended = !isExhausted && (schedule == null ? now() < end : schedule.next() < end);
    if (!isIntended && waiting + outstanding == 0) {
      finish();
    }
  }

  /** How many a closed loop keeps busy: lanes have spare ones, and some may be lost. */
  private int openConnections() {
    return Math.min(mostOutstanding, lanes.stream().mapToInt(Lane::open).sum());
  }

  private void arm() {
    if (schedule != null && !isArmed && schedule.next() < end && waiting < MAX_WAITING) {
      isArmed = true;
      after(
          schedule.next() - now(),
          () -> {
            isArmed = false;
            pump();
          });
    }
  }

  private void draw(long intended) {
    Operation operation = source.next(intended);
    if (operation == null) {
      isExhausted = true;
      return;
    }
    waiting++;
    lane(operation).add(operation);
  }

  private Lane lane(Operation operation) {
    int[] order = plan.route().of(name(operation));
    for (int lane : order) {
      if (lanes.get(lane).open() > 0) {
        return lanes.get(lane);
      }
    }
    return lanes.get(order[0]);
  }

  private void begin(Lane lane) {
    Operation operation = lane.nextWaiting();
    Connection connection = lane.nextIdle();
    if (operation != null && connection != null) {
      waiting--;
      outstanding++;
      new Attempt(this, operation, connection).begin();
    }
  }

  /** An attempt is over. */
  void finished(Operation operation, Connection connection, Sample sample, List<byte[]> values) {
    outstanding--;
    if (sample.problem() != null && mayTryAgain(operation)) {
      free(connection);
      waiting++;
      lane(operation).add(operation.again());
      pump();
      return;
    }
    meter.add(sample);
    if (sample.kind() == Kind.READ) {
      plan.progress()
          .read(
              operation,
              zero + sample.sent(),
              zero + sample.done(),
              sample.problem() == null ? values.toArray(new byte[0][]) : null);
    }
    free(connection);
    pump();
  }

  private boolean mayTryAgain(Operation operation) {
    return operation.failures() + 1 < plan.tries() && now() < end + patience;
  }

  /** Others were idle for longer: the next try is on one of them, most likely to another node. */
  private void free(Connection connection) {
    if (connection.isOpen()) {
      connection.lane().freed(connection);
    }
  }

  /** Each 10 ms: how late is this, and what took too long? */
  private void tick(long due) {
    if (over.future().isComplete()) {
      return;
    }
    long now = now();
    meter.late(now, now - due, THREADS.getCurrentThreadCpuTime());
    connections.forEach(connection -> connection.giveUpBefore(now - plan.timeout()));
    lanes.stream().filter(lane -> lane.open() == 0).forEach(this::reroute);
    if (openConnections() > 0) {
      lastOpen = now;
    } else if (plan.end() == Plan.NEVER && now - lastOpen > plan.timeout()) {
      stop(); // There is nobody left to ask, and no other end.
    }
    if (now > end + patience && waiting > 0) {
      lanes.forEach(this::giveUp);
    }
    pump();
    long next = Math.max(due + TICK, now());
    after(next - now(), () -> tick(next));
  }

  private void after(long nanos, Runnable task) {
    var unused =
        timers.schedule(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) {
                over.tryFail(e);
              }
            },
            nanos,
            TimeUnit.NANOSECONDS);
  }

  /** The last connection was lost: what waited for one goes to the next best lane. */
  private void reroute(Lane lane) {
    for (int left = lane.waiting(); left > 0; left--) {
      Operation operation = lane.nextWaiting();
      if (operation != null) {
        lane(operation).add(operation);
      }
    }
  }

  /** What never found a connection counts with its age. */
  private void giveUp(Lane lane) {
    long now = now();
    for (Operation operation = lane.nextWaiting();
        operation != null;
        operation = lane.nextWaiting()) {
      waiting--;
      meter.add(
          new Sample(
              operation.kind(),
              operation.intended(),
              now,
              now,
              "not-sent",
              Found.ONE,
              Math.max(0, operation.failures() - 1)));
    }
  }

  private void finish() {
    meter.finish();
    connections.forEach(Connection::close);
    client.close();
    context.exceptionHandler(late -> {});
    over.tryComplete();
  }
}
