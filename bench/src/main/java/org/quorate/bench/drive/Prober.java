package org.quorate.bench.drive;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Response.Came;
import org.quorate.bench.runtime.Clock;
import org.quorate.bench.staleness.Freshness;
import org.quorate.bench.staleness.ReplicaTimes;

/**
 * Writes new keys through one owner and reads them through another some time after the
 * acknowledgement; between these, measures what the model needs. One thing at a time.
 */
public final class Prober {
  private static final int VALUE_BYTES = 100;
  private static final long REST_MILLIS = 5;
  private static final long TICK_MILLIS = 50;

  /**
   * How to ask, and of whom.
   *
   * @param names of the nodes that the targets are, in their order
   * @param replicas of a key
   * @param dialect with the quorums that are probed
   * @param ofOne reads one replica
   * @param ofTwo reads two
   * @param toAll writes to all
   * @param prefix of keys that nobody else writes
   * @param timeout for an answer, nanoseconds
   */
  public record Setup(
      Owners owners,
      List<String> names,
      int replicas,
      Dialect dialect,
      Dialect ofOne,
      Dialect ofTwo,
      Dialect toAll,
      String prefix,
      long timeout) {
    Setup named(int prober) {
      return new Setup(
          owners, names, replicas, dialect, ofOne, ofTwo, toAll, prefix + prober + "-", timeout);
    }
  }

  private final Setup setup;
  private final ContextInternal context;
  private final Clock clock;
  private final long from;
  private final HttpClientAgent client;
  private final SplittableRandom random;
  private final List<Connection> connections = new ArrayList<>();
  private final List<Connection> twins = new ArrayList<>();
  private final Freshness freshness;
  private final ReplicaTimes times;
  private final Promise<Void> over = Promise.promise();
  private int count;
  private boolean isStopped;

  /**
   * @param from what comes before this moment of the clock does not count
   */
  Prober(
      Setup setup,
      ContextInternal context,
      Clock clock,
      long from,
      SplittableRandom random,
      Freshness freshness,
      ReplicaTimes times) {
    this.setup = setup;
    this.from = from;
    this.context = context;
    this.clock = clock;
    this.random = random;
    this.freshness = freshness;
    this.times = times;
    this.client = context.owner().createHttpClient(new HttpClientOptions().setTcpNoDelay(true));
    for (List<Target> target : setup.owners().lanes()) {
      connections.add(new Connection(context.owner(), client, target.get(0), new Lane()));
      twins.add(new Connection(context.owner(), client, target.get(0), new Lane()));
    }
  }

  void start() {
    all().forEach(connection -> connection.open(() -> {}).onComplete(tried -> {}));
    context
        .owner()
        .setPeriodic(
            TICK_MILLIS,
            id -> {
              all().forEach(one -> one.giveUpBefore(clock.nanos() - setup.timeout()));
              if (over.future().isComplete()) {
                context.owner().cancelTimer(id);
              }
            });
    rest();
  }

  /** Completes when nothing is asked any more. */
  Future<Void> stop() {
    isStopped = true;
    return over.future();
  }

  private Stream<Connection> all() {
    return Stream.concat(connections.stream(), twins.stream());
  }

  private void rest() {
    context.owner().setTimer(REST_MILLIS, id -> next());
  }

  private void next() {
    if (isStopped) {
      all().forEach(Connection::close);
      client.close().onComplete(closed -> over.tryComplete());
      return;
    }
    String key = setup.prefix() + count++;
    int[] order = setup.owners().of(key);
    boolean counts = clock.nanos() >= from;
    Connection writer = connections.get(order[0]);
    Connection reader = connections.get(order[random.nextInt(1, setup.replicas())]);
    Future<Void> done =
        random.nextBoolean()
            ? time(key, order, writer, reader, counts ? times : new ReplicaTimes())
            : probe(key, writer, reader, counts ? freshness : new Freshness());
    done.onComplete(any -> rest());
  }

  private Future<Void> probe(
      String key, Connection writer, Connection reader, Freshness freshness) {
    int index = random.nextInt(Freshness.DELAYS.size());
    return ask(writer, setup.dialect().write(key, new byte[VALUE_BYTES], null))
        .compose(
            written -> {
              long acked = clock.nanos();
              return after(Freshness.DELAYS.get(index))
                  .compose(
                      now -> {
                        long waited = clock.nanos() - acked;
                        return ask(reader, setup.dialect().read(key))
                            .map(
                                read -> {
                                  freshness.add(index, waited, read.status() == 200);
                                  return null;
                                });
                      });
            });
  }

  private Future<Void> after(long nanos) {
    Promise<Void> promise = Promise.promise();
    if (nanos == 0) {
      promise.complete();
    } else {
      var unused =
          context.nettyEventLoop().schedule(() -> promise.complete(), nanos, TimeUnit.NANOSECONDS);
    }
    return promise.future();
  }

  /**
   * A probe with a twin: of two writes sent together one waits for all replicas and tells when each
   * had it, the other is acknowledged and read as a probe's. So what is measured is what a probe
   * meets, its own load on the nodes with it.
   */
  private Future<Void> time(
      String key, int[] order, Connection writer, Connection reader, ReplicaTimes out) {
    int index = random.nextInt(Freshness.DELAYS.size());
    Call plain = setup.toAll().write(key + "-all", new byte[VALUE_BYTES], null);
    Call timed = new Call(plain.method(), plain.uri(), Map.of("Quorate-Timing", "1"), plain.body());
    Future<Came> twin = ask(twins.get(order[0]), timed);
    return ask(writer, setup.dialect().write(key, new byte[VALUE_BYTES], null))
        .compose(
            written -> {
              long acked = clock.nanos();
              return after(Freshness.DELAYS.get(index))
                  .compose(now -> read(key, reader, acked))
                  .compose(
                      read ->
                          twin.compose(
                              all -> {
                                long[] times = acked(all.headers().get("Server-Timing"), order);
                                if (times != null) {
                                  out.add(index, new ReplicaTimes.Sample(times, read[0], read[1]));
                                }
                                return compare(key, reader, out);
                              }));
            });
  }

  /** How long was waited, and how long the read of one replica took. */
  private Future<long[]> read(String key, Connection reader, long acked) {
    long began = clock.nanos();
    return ask(reader, setup.ofOne().read(key))
        .map(read -> new long[] {began - acked, clock.nanos() - began});
  }

  private Future<Void> compare(String key, Connection reader, ReplicaTimes out) {
    long began = clock.nanos();
    return ask(reader, setup.ofOne().read(key))
        .compose(
            read -> {
              long then = clock.nanos();
              return ask(reader, setup.ofTwo().read(key))
                  .map(
                      wide -> {
                        out.read(then - began, clock.nanos() - then);
                        return null;
                      });
            });
  }

  /** In the order of the owners; null if one is missing. */
  private long @Nullable [] acked(@Nullable String timing, int[] order) {
    Map<String, Long> byName = new HashMap<>();
    for (String each : timing == null ? new String[0] : timing.split(", ", -1)) {
      String[] nameAndTime = each.split(";dur=", -1);
      byName.put(nameAndTime[0], (long) (Double.parseDouble(nameAndTime[1]) * 1e6));
    }
    long[] acked = new long[setup.replicas()];
    for (int i = 0; i < acked.length; i++) {
      Long after = byName.get(setup.names().get(order[i]));
      if (after == null) {
        return null;
      }
      acked[i] = after;
    }
    return acked;
  }

  /** Fails where there was no answer, or a problem. */
  private Future<Came> ask(Connection connection, Call call) {
    Promise<Came> promise = Promise.promise();
    if (!connection.isOpen()) {
      return Future.failedFuture("not connected");
    }
    connection.send(
        call,
        clock.nanos(),
        response -> {
          if (response instanceof Came came && (came.status() < 300 || came.status() == 404)) {
            promise.complete(came);
          } else {
            promise.fail("no answer");
          }
        });
    return promise.future();
  }
}
