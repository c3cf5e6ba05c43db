package org.quorate.coordinator;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.QuorumException.Kind;
import org.quorate.replica.Cluster;
import org.quorate.replica.Failure;
import org.quorate.replica.Replica;
import org.quorate.replica.Replica.Minted;
import org.quorate.replica.ReplicaException;
import org.quorate.replica.Write;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.version.Key;

/**
 * Drives one {@link QuorumWrite}: one owner mints the dot, this node if it is one, and then all
 * others that are up are sent the new state. An owner that certainly did not mint is passed over
 * for the next; after any other failure a second dot might write twice, so none is minted.
 */
final class WriteOperation {
  /** After these it is certain that no dot was minted, and the next owner may do better. */
  private static final Set<Failure> PASSED_ON =
      EnumSet.of(Failure.DISK_FULL, Failure.UNREACHABLE, Failure.NOT_READY);

  private final Key key;
  private final Supplier<OwnerSet> plan;
  private final Cluster cluster;
  private final Write write;
  private final int required;
  private final long deadline;
  private final Loop loop;
  private final Clock clock;
  private final CoordinatorMetrics metrics;
  private final long began;
  private final List<WriteResult.Ack> acks = new ArrayList<>(3);
  private final Promise<WriteResult> answer = Promise.promise();
  private Round round;
  private @Nullable Minted minted;

  /** Owners of an earlier state may have stored it, whatever those of the newest say. */
  private boolean isReplanned;

  private Loop.@Nullable Timer expiry;

  /** The owners under one state of the cluster, and what they have answered. */
  private final class Round {
    private final OwnerSet set;
    private final QuorumWrite quorum;
    private final Hinting hinting;
    private final Deque<Integer> minters;
    private boolean isStale;

    Round(OwnerSet set) {
      this.set = set;
      this.quorum = new QuorumWrite(set.groups(), required);
      this.hinting = new Hinting(key, set, deadline, loop, metrics);
      List<Integer> order = set.fastestFirst();
      order.sort(Comparator.comparing(i -> set.standsFor().get(i) != null));
      this.minters = new ArrayDeque<>(order);
    }

    Replica replica(int owner) {
      return set.owners().get(owner).replica();
    }

    String name(int owner) {
      return set.owners().get(owner).name();
    }

    String intended(int owner) {
      String target = set.standsFor().get(owner);
      return target == null ? name(owner) : target;
    }

    void fail(int owner, Failure failure) {
      quorum.failed(owner, failure);
      hinting.lacks(intended(owner));
    }

    /** Those that are not up will not answer. */
    void failMissing() {
      for (int i = 0; i < set.owners().size(); i++) {
        if (!minters.contains(i)) {
          fail(i, Failure.UNREACHABLE);
        }
      }
    }

    /** A stand-in has the write when it is also bound to hand it back; if it is not, who knows. */
    Future<Void> held(int owner, Future<Void> stored) {
      String target = set.standsFor().get(owner);
      return target == null
          ? stored
          : stored.compose(
              done ->
                  replica(owner)
                      .hint(key, target, deadline)
                      .recover(e -> Future.failedFuture(new ReplicaException(Failure.FAILED))));
    }

    void merge(int owner, Minted done, long basis) {
      Listen.to(
          held(owner, replica(owner).merge(key, done.state(), basis, deadline)),
          loop,
          stored -> acked(this, owner),
          e -> failed(this, owner, ReplicaException.of(e)));
    }
  }

  /**
   * @param plan the nodes that count, under the newest state of the cluster
   */
  WriteOperation(
      Key key,
      Supplier<OwnerSet> plan,
      Cluster cluster,
      Write write,
      int required,
      long deadline,
      Loop loop,
      Clock clock,
      CoordinatorMetrics metrics) {
    this.key = key;
    this.plan = plan;
    this.cluster = cluster;
    this.write = write;
    this.required = required;
    this.deadline = deadline;
    this.loop = loop;
    this.clock = clock;
    this.metrics = metrics;
    this.began = clock.nanos();
    this.round = new Round(plan.get());
  }

  /** Fails with {@link StaleEpochException} too, if it is certain that nothing was minted. */
  Future<WriteResult> start() {
    if (round.set.groups().least(round.minters::contains) < required) {
      return Future.failedFuture(
          new QuorumException(Kind.QUORUM_UNREACHABLE, true, required, round.set.owners(), null));
    }
    round.failMissing();
    expiry = loop.after(Math.max(1, (deadline - clock.nanos()) / 1_000_000), this::expired);
    mint();
    return answer.future();
  }

  private void mint() {
    int owner = round.minters.remove();
    Listen.to(
        round.replica(owner).put(key, write, deadline),
        loop,
        done -> spread(owner, done),
        e -> notMinted(owner, ReplicaException.of(e)));
  }

  private void notMinted(int owner, Failure failure) {
    if (failure == Failure.STALE_EPOCH) {
      cancelExpiry();
      String knownBy = round.name(owner);
      answer.tryFail(new StaleEpochException(round.set.epoch(), knownBy, problem(true)));
      return;
    }
    boolean another = !round.minters.isEmpty() && PASSED_ON.contains(failure);
    round.quorum.notMinted(owner, failure, another);
    round.hinting.lacks(round.intended(owner));
    if (round.quorum.outcome() == QuorumWrite.Outcome.OPEN) {
      mint();
    } else {
      advance();
    }
  }

  private void spread(int minter, Minted done) {
    minted = done;
    Round first = round;
    Listen.to(
        first.held(minter, done.stored()),
        loop,
        stored -> acked(first, minter),
        e -> failed(first, minter, ReplicaException.of(e)));
    for (int owner : first.minters) {
      first.merge(owner, done, done.basis());
    }
  }

  /**
   * An owner refused because the ring has changed. The dot stays, and so does what was
   * acknowledged; the rest is sent to those who are owners now.
   */
  private void replan(Round stale, int refused) {
    if (stale.isStale || stale != round) {
      return;
    }
    stale.isStale = true;
    Listen.to(
        cluster.newerThan(stale.set.epoch(), stale.name(refused)),
        loop,
        known -> {
          if (!answer.future().isComplete()) {
            replanned();
          }
        },
        e -> {
          stale.isStale = false;
          if (!answer.future().isComplete()) {
            replan(stale, refused);
          }
        });
  }

  private void replanned() {
    OwnerSet owners;
    try {
      owners = plan.get();
    } catch (QuorumException e) { // Another n now: then nobody had stored what was minted here.
      cancelExpiry();
      answer.fail(problem(false));
      return;
    }
    begin(new Round(owners));
  }

  private void begin(Round next) {
    Minted done = minted;
    if (done == null) {
      throw new IllegalStateException("nothing is minted yet");
    }
    Set<String> stored = new HashSet<>();
    acks.forEach(ack -> stored.add(ack.node()));
    round = next;
    isReplanned = true;
    List<Integer> up = List.copyOf(next.minters);
    next.failMissing();
    for (int owner : up) {
      if (next.set.standsFor().get(owner) == null && stored.contains(next.name(owner))) {
        next.quorum.acked(owner);
        next.hinting.heldBy(owner);
      } else {
        next.merge(owner, done, 0);
      }
    }
    advance();
  }

  private void acked(Round of, int owner) {
    of.quorum.acked(owner);
    of.hinting.heldBy(owner);
    if (of.set.standsFor().get(owner) == null) {
      note(of, of.name(owner));
    }
    advance();
  }

  /** An owner of some state of the cluster has it. */
  private void note(Round of, String owner) {
    if (!isReplanned || acks.stream().noneMatch(ack -> ack.node().equals(owner))) {
      acks.add(new WriteResult.Ack(owner, clock.nanos() - began));
    }
    int place = of == round ? -1 : round.set.placeOf(owner);
    if (place >= 0 && round.set.standsFor().get(place) == null) {
      round.quorum.acked(place);
    }
  }

  private void failed(Round of, int owner, Failure failure) {
    if (failure == Failure.STALE_EPOCH) {
      replan(of, owner);
      return;
    }
    of.fail(owner, failure);
    advance();
  }

  private void expired() {
    round.quorum.expired();
    advance();
  }

  private void cancelExpiry() {
    if (expiry != null) {
      expiry.cancel();
    }
  }

  private void advance() {
    QuorumWrite.Outcome outcome = round.quorum.outcome();
    if (outcome == QuorumWrite.Outcome.OPEN || answer.future().isComplete()) {
      return;
    }
    cancelExpiry();
    Minted done = minted;
    if (outcome == QuorumWrite.Outcome.DONE && done != null) {
      answer.complete(
          new WriteResult(
              done.state(),
              done.context(),
              round.set.groups().n(),
              required,
              round.quorum.replies().acks(),
              List.copyOf(acks)));
    } else {
      answer.fail(problem(outcome == QuorumWrite.Outcome.NOT_APPLIED && !isReplanned));
    }
  }

  private QuorumException problem(boolean notApplied) {
    ReplyBoard replies = round.quorum.replies();
    Kind kind = Kind.QUORUM_TIMEOUT;
    if (notApplied) {
      kind =
          replies.hasFailure(Failure.TOO_MANY_SIBLINGS)
              ? Kind.TOO_MANY_SIBLINGS
              : replies.hasFailure(Failure.OVERLOADED)
                  ? Kind.OVERLOADED
                  : replies.hasFailure(Failure.DISK_FULL)
                      ? Kind.DISK_FULL
                      : Kind.QUORUM_UNREACHABLE;
    }
    return new QuorumException(kind, notApplied, required, round.set.owners(), replies);
  }
}
