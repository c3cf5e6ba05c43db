package org.quorate.coordinator;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.QuorumException.Kind;
import org.quorate.replica.Cluster;
import org.quorate.replica.Failure;
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
  private final List<Cluster.Owner> owners;
  private final List<@Nullable String> standsFor;
  private final Write write;
  private final QuorumWrite quorum;
  private final long deadline;
  private final Loop loop;
  private final Deque<Integer> minters;
  private final Hinting hinting;
  private final Clock clock;
  private final long began;
  private final List<WriteResult.Ack> acks;
  private final Promise<WriteResult> answer = Promise.promise();
  private @Nullable Minted minted;
  private Loop.@Nullable Timer expiry;

  /**
   * @param owners the nodes that count
   * @param standsFor for which owner each of them stands in, null for one that is an owner
   */
  WriteOperation(
      Key key,
      List<Cluster.Owner> owners,
      List<@Nullable String> standsFor,
      Write write,
      int required,
      long deadline,
      Loop loop,
      Clock clock,
      CoordinatorMetrics metrics) {
    this.clock = clock;
    this.began = clock.nanos();
    this.standsFor = standsFor;
    this.hinting = new Hinting(key, owners, deadline, loop, metrics);
    this.key = key;
    this.owners = owners;
    this.acks = new ArrayList<>(owners.size());
    this.write = write;
    this.quorum = new QuorumWrite(owners.size(), required);
    this.deadline = deadline;
    this.loop = loop;
    List<Integer> order = OwnerSet.fastestFirst(owners);
    order.sort(Comparator.comparing(i -> standsFor.get(i) != null));
    this.minters = new ArrayDeque<>(order);
  }

  Future<WriteResult> start() {
    int required = quorum.required();
    if (minters.size() < required) {
      return Future.failedFuture(
          new QuorumException(Kind.QUORUM_UNREACHABLE, true, required, owners, null));
    }
    for (int i = 0; i < owners.size(); i++) {
      if (!minters.contains(i)) {
        fail(i, Failure.UNREACHABLE);
      }
    }
    expiry = loop.after(Math.max(1, (deadline - clock.nanos()) / 1_000_000), this::expired);
    mint();
    return answer.future();
  }

  private void mint() {
    int owner = minters.remove();
    Listen.to(
        owners.get(owner).replica().put(key, write, deadline),
        loop,
        done -> spread(owner, done),
        e -> notMinted(owner, ReplicaException.of(e)));
  }

  private void notMinted(int owner, Failure failure) {
    boolean another = !minters.isEmpty() && PASSED_ON.contains(failure);
    quorum.notMinted(owner, failure, another);
    hinting.lacks(intended(owner));
    if (quorum.outcome() == QuorumWrite.Outcome.OPEN) {
      mint();
    } else {
      advance();
    }
  }

  private void spread(int minter, Minted done) {
    minted = done;
    Listen.to(held(minter, done.stored()), loop, stored -> acked(minter), e -> failed(minter, e));
    for (int owner : minters) {
      Listen.to(
          held(owner, owners.get(owner).replica().merge(key, done.state(), done.basis(), deadline)),
          loop,
          stored -> acked(owner),
          e -> failed(owner, e));
    }
  }

  /** A stand-in has the write when it is also bound to hand it back; if it is not, who knows. */
  private Future<Void> held(int owner, Future<Void> stored) {
    String target = standsFor.get(owner);
    return target == null
        ? stored
        : stored.compose(
            done ->
                owners
                    .get(owner)
                    .replica()
                    .hint(key, target, deadline)
                    .recover(e -> Future.failedFuture(new ReplicaException(Failure.FAILED))));
  }

  private String intended(int owner) {
    String target = standsFor.get(owner);
    return target == null ? owners.get(owner).name() : target;
  }

  private void acked(int owner) {
    quorum.acked(owner);
    acks.add(new WriteResult.Ack(owners.get(owner).name(), clock.nanos() - began));
    hinting.heldBy(owner);
    advance();
  }

  private void failed(int owner, Throwable e) {
    fail(owner, ReplicaException.of(e));
    advance();
  }

  private void fail(int owner, Failure failure) {
    quorum.failed(owner, failure);
    hinting.lacks(intended(owner));
  }

  private void expired() {
    quorum.expired();
    advance();
  }

  private void advance() {
    if (quorum.outcome() == QuorumWrite.Outcome.OPEN || answer.future().isComplete()) {
      return;
    }
    if (expiry != null) {
      expiry.cancel();
    }
    Minted done = minted;
    if (quorum.outcome() == QuorumWrite.Outcome.DONE && done != null) {
      answer.complete(
          new WriteResult(
              done.state(),
              done.context(),
              owners.size(),
              quorum.required(),
              quorum.replies().acks(),
              List.copyOf(acks)));
    } else {
      answer.fail(problem());
    }
  }

  private QuorumException problem() {
    boolean notApplied = quorum.outcome() == QuorumWrite.Outcome.NOT_APPLIED;
    ReplyBoard replies = quorum.replies();
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
    return new QuorumException(kind, notApplied, quorum.required(), owners, replies);
  }
}
