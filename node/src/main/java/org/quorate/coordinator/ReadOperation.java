package org.quorate.coordinator;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.QuorumException.Kind;
import org.quorate.replica.Cluster;
import org.quorate.replica.Failure;
import org.quorate.replica.Replica;
import org.quorate.replica.ReplicaException;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.version.Key;
import org.quorate.version.State;

/**
 * Drives one {@link QuorumRead}: asks R owners, a further one for each that fails or is slow,
 * repairs those behind, and answers.
 *
 * <p>This node's own digest goes along, so an equal owner answers in a few bytes without reading
 * its log. An owner that is slower than its usual p95 is hedged (Dean and Barroso, "The tail at
 * scale", 2013).
 */
final class ReadOperation {
  private static final long LEAST_HEDGE_MILLIS = 2;
  private static final long MOST_HEDGE_MILLIS = 200;

  private final Key key;
  private final OwnerSet set;
  private final List<Cluster.Owner> owners;
  private final QuorumRead quorum;
  private final long deadline;
  private final Loop loop;
  private final CoordinatorMetrics metrics;
  private final Deque<Integer> toAsk;
  private final Promise<ReadResult> answer = Promise.promise();
  private final ReplyBoard sent;
  private long ownDigest;
  private Loop.@Nullable Timer hedge;
  private Loop.@Nullable Timer expiry;

  ReadOperation(
      Key key, OwnerSet set, int required, long deadline, Loop loop, CoordinatorMetrics metrics) {
    this.key = key;
    this.set = set;
    this.owners = set.owners();
    this.quorum = new QuorumRead(set.groups(), required, set.own());
    this.deadline = deadline;
    this.loop = loop;
    this.metrics = metrics;
    this.toAsk = new ArrayDeque<>(set.fastestFirst());
    this.sent = new ReplyBoard(Groups.one(owners.size()));
  }

  Future<ReadResult> start(Clock clock) {
    int required = quorum.required();
    if (set.groups().least(toAsk::contains) < required) {
      return Future.failedFuture(
          new QuorumException(Kind.QUORUM_UNREACHABLE, true, required, owners, null));
    }
    long p95 = 0;
    boolean[] isAsked = new boolean[owners.size()];
    for (int owner : List.copyOf(toAsk)) {
      boolean isNeeded = set.groups().isNeeded(owner, required, i -> isAsked[i]);
      if (isNeeded && toAsk.remove(owner)) {
        isAsked[owner] = true;
        p95 = Math.max(p95, owners.get(owner).health().p95Nanos());
        ask(owner);
      }
    }
    if (!answer.future().isComplete()) {
      expiry = loop.after(Math.max(1, (deadline - clock.nanos()) / 1_000_000), this::expired);
      armHedge(Math.min(MOST_HEDGE_MILLIS, Math.max(LEAST_HEDGE_MILLIS, p95 / 1_000_000 + 1)));
    }
    return answer.future();
  }

  private void armHedge(long millis) {
    if (!toAsk.isEmpty()) {
      hedge =
          loop.after(
              millis,
              () -> {
                metrics.hedged();
                askNext();
                armHedge(millis);
              });
    }
  }

  private void askNext() {
    Integer next = toAsk.poll();
    if (next != null) {
      ask(next);
    }
  }

  private void ask(int owner) {
    Cluster.Owner target = owners.get(owner);
    if (target.local() != null) {
      try {
        ownDigest = target.local().digest(key);
      } catch (ReplicaException e) {
        failed(owner, e.failure());
        return;
      }
    }
    long known = target.local() == null ? ownDigest : 0;
    Listen.to(
        target.replica().read(key, known, deadline),
        loop,
        reading -> read(owner, reading),
        e -> failed(owner, ReplicaException.of(e)));
  }

  private void read(int owner, Replica.Reading reading) {
    State state = reading.state();
    if (state == null) {
      quorum.readSame(owner, reading.digest());
    } else {
      quorum.read(owner, state);
    }
    advance();
  }

  private void failed(int owner, Failure failure) {
    if (failure == Failure.STALE_EPOCH) {
      stale(owner);
      return;
    }
    quorum.failed(owner, failure);
    if (owners.get(owner).local() != null) {
      ownDigest = 0;
      quorum.forgetHeld().forEach(this::ask);
    }
    askNext();
    advance();
  }

  private void stale(int owner) {
    cancelTimers();
    answer.tryFail(new StaleEpochException(set.epoch(), owners.get(owner).name(), problem()));
  }

  private void expired() {
    quorum.expired();
    advance();
  }

  private void advance() {
    if (quorum.phase() == QuorumRead.Phase.READING) {
      return;
    }
    if (quorum.phase() != QuorumRead.Phase.FAILED) {
      quorum.behind().forEach(this::repair);
    }
    if (answer.future().isComplete()) {
      return;
    }
    switch (quorum.phase()) {
      case DONE -> {
        cancelTimers();
        answer.complete(
            new ReadResult(
                quorum.merged(),
                set.groups().n(),
                quorum.required(),
                quorum.replies().acks(),
                sent.acks()));
      }
      case FAILED -> {
        cancelTimers();
        answer.fail(problem());
      }
      default -> {}
    }
  }

  /** A stand-in is not repaired: what it were given nobody would ask back (Riak, F16). */
  private void repair(int owner) {
    if (set.standsFor().get(owner) != null) {
      quorum.repaired(owner);
      return;
    }
    if (!sent.ack(owner)) {
      return;
    }
    metrics.repaired();
    Listen.to(
        owners.get(owner).replica().merge(key, quorum.merged(), 0, deadline),
        loop,
        stored -> {
          quorum.repaired(owner);
          advance();
        },
        e -> {
          Failure failure = ReplicaException.of(e);
          if (failure == Failure.STALE_EPOCH) {
            stale(owner);
          } else {
            quorum.repairFailed(owner, failure);
            repairAnother();
            advance();
          }
        });
  }

  /** In place of an owner that could not be repaired, one that was not asked yet. */
  private void repairAnother() {
    Integer next = quorum.phase() == QuorumRead.Phase.REPAIRING ? toAsk.poll() : null;
    if (next != null) {
      repair(next);
    }
  }

  private void cancelTimers() {
    if (hedge != null) {
      hedge.cancel();
    }
    if (expiry != null) {
      expiry.cancel();
    }
  }

  private QuorumException problem() {
    ReplyBoard replies = quorum.replies();
    boolean refused =
        replies.hopeful() < quorum.required() && replies.hasFailure(Failure.OVERLOADED);
    Kind kind = refused ? Kind.OVERLOADED : Kind.QUORUM_TIMEOUT;
    return new QuorumException(kind, true, quorum.required(), owners, replies);
  }
}
