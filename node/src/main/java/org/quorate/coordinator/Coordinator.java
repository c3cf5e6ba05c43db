package org.quorate.coordinator;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.QuorumException.Kind;
import org.quorate.replica.Cluster;
import org.quorate.replica.Cluster.Owner;
import org.quorate.replica.Cluster.Preference;
import org.quorate.replica.Replica;
import org.quorate.replica.Write;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Tracing;
import org.quorate.version.Key;
import org.quorate.version.Siblings;

/**
 * Runs client operations on the keys of one event loop. Called on that loop; futures complete on it
 * and fail with {@link QuorumException} only.
 */
public final class Coordinator {
  private static final byte[] NOTHING = {};

  /**
   * How one operation is to be done.
   *
   * @param n owners of the key, as the caller knows its bucket
   * @param quorum answers needed, 1 to {@code n}
   * @param sloppy whether healthy stand-ins count
   * @param timeoutNanos for the whole operation
   * @param span that the calls of replicas belong to
   */
  public record Terms(int n, int quorum, boolean sloppy, long timeoutNanos, Span span) {}

  /**
   * What one owner holds, unrepaired.
   *
   * @param reading null if it did not answer
   */
  public record Holding(String node, Replica.@Nullable Reading reading) {}

  private final Cluster cluster;
  private final Loop loop;
  private final Clock clock;
  private final Operations operations;
  private final CoordinatorMetrics metrics;
  private final Tracing tracing;

  /**
   * @param operations of all coordinators of the node
   */
  public Coordinator(
      Cluster cluster,
      Loop loop,
      Clock clock,
      Operations operations,
      CoordinatorMetrics metrics,
      Tracing tracing) {
    this.tracing = tracing;
    this.operations = operations;
    this.cluster = cluster;
    this.loop = loop;
    this.clock = clock;
    this.metrics = metrics;
  }

  public Loop loop() {
    return loop;
  }

  public Future<ReadResult> read(Key key, Terms terms) {
    return read(key, terms, clock.nanos() + terms.timeoutNanos()).onFailure(e -> count("read", e));
  }

  private Future<ReadResult> read(Key key, Terms terms, long deadline) {
    OwnerSet set;
    try {
      set =
          TracedReplica.all(
              OwnerSet.toRead(preference(key, terms), terms.n(), terms.sloppy()),
              tracing,
              terms.span(),
              "replica read repair");
    } catch (QuorumException e) {
      return Future.failedFuture(e);
    }
    return new ReadOperation(key, set, terms.quorum(), deadline, loop, metrics)
        .start(clock)
        .recover(e -> again(e, deadline, () -> read(key, terms, deadline)));
  }

  /**
   * @throws QuorumException if the key has not as many owners as the terms say
   */
  private Preference preference(Key key, Terms terms) {
    Preference preference = cluster.preference(key);
    if (preference.n() != terms.n()) {
      List<Owner> owners = OwnerSet.owners(preference.now(), preference.n());
      throw new QuorumException(Kind.OTHER_N, true, terms.quorum(), owners, null);
    }
    return preference;
  }

  /** Begins anew when this node knows the state of the cluster that an owner knew. */
  private <T> Future<T> again(Throwable e, long deadline, Supplier<Future<T>> operation) {
    if (!(e instanceof StaleEpochException stale)) {
      return Future.failedFuture(e);
    }
    Promise<Void> known = Promise.promise();
    Loop.Timer late =
        loop.after(
            Math.max(1, (deadline - clock.nanos()) / 1_000_000),
            () -> known.tryFail(stale.problem()));
    awaitNewer(stale, known, late);
    return known.future().compose(newer -> operation.get());
  }

  private void awaitNewer(StaleEpochException stale, Promise<Void> known, Loop.Timer late) {
    Listen.to(
        cluster.newerThan(stale.epoch(), stale.knownBy()),
        loop,
        newer -> {
          late.cancel();
          known.tryComplete();
        },
        e -> {
          if (!known.future().isComplete()) {
            awaitNewer(stale, known, late);
          }
        });
  }

  public Future<WriteResult> write(Key key, Write write, Terms terms) {
    return write(key, write, terms, clock.nanos() + terms.timeoutNanos())
        .onFailure(e -> count("write", e));
  }

  private Future<WriteResult> write(Key key, Write write, Terms terms, long deadline) {
    Supplier<OwnerSet> plan =
        () ->
            TracedReplica.all(
                OwnerSet.toWrite(preference(key, terms), terms.n(), terms.sloppy()),
                tracing,
                terms.span(),
                "replica merge");
    WriteOperation operation;
    try {
      operation =
          new WriteOperation(
              key, plan, cluster, write, terms.quorum(), deadline, loop, clock, metrics);
    } catch (QuorumException e) {
      return Future.failedFuture(e);
    }
    long began = operations.begin();
    return operation
        .start()
        .onComplete(done -> operations.end(began))
        .recover(e -> again(e, deadline, () -> write(key, write, terms, deadline)));
  }

  /**
   * Reads the key and deletes what it saw; completes with the read where there was nothing to
   * delete.
   *
   * @param r answers that the read needs
   */
  public Future<WriteResult> deleteWhatIsSeen(Key key, int r, Terms terms) {
    long deadline = clock.nanos() + terms.timeoutNanos();
    Terms reading = new Terms(terms.n(), r, terms.sloppy(), terms.timeoutNanos(), terms.span());
    return read(key, reading, deadline)
        .compose(
            seen -> {
              Siblings siblings = seen.state().siblings();
              if (siblings.isDead()) {
                return Future.succeededFuture(
                    new WriteResult(
                        seen.state(),
                        siblings.context(),
                        seen.n(),
                        terms.quorum(),
                        seen.acks(),
                        List.of()));
              }
              Write tombstone = new Write(siblings.context(), true, List.of(), NOTHING);
              return write(key, tombstone, terms, deadline);
            })
        .onFailure(e -> count("delete", e));
  }

  private void count(String op, Throwable e) {
    if (e instanceof QuorumException problem) {
      metrics.failed(op, problem.kind());
    }
  }

  /** What each of the key's owners holds, in order of preference, without repairing anything. */
  public Future<List<Holding>> holdings(Key key, int n, long timeoutNanos) {
    long deadline = clock.nanos() + timeoutNanos;
    List<Future<Holding>> asked = new ArrayList<>();
    for (Owner owner : OwnerSet.owners(cluster.preference(key).now(), n)) {
      Promise<Holding> holding = Promise.promise();
      loop.after(
          timeoutNanos / 1_000_000, () -> holding.tryComplete(new Holding(owner.name(), null)));
      Listen.to(
          owner.replica().read(key, 0, deadline),
          loop,
          reading -> holding.tryComplete(new Holding(owner.name(), reading)),
          e -> holding.tryComplete(new Holding(owner.name(), null)));
      asked.add(holding.future());
    }
    return Future.all(asked).map(all -> all.<Holding>list());
  }
}
