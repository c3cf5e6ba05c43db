package org.quorate;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.quorate.membership.Chain;
import org.quorate.membership.Joining;
import org.quorate.membership.Membership;
import org.quorate.membership.Progress;
import org.quorate.membership.Transitions;
import org.quorate.membership.UndecidedException;
import org.quorate.replica.Layout;
import org.quorate.replica.Tenure;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Ground;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.KeyDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in the cluster: it takes up new states on all its loops, and tells others how
 * far it is with them.
 */
public final class Participation {
  private static final Logger LOG = LoggerFactory.getLogger(Participation.class);

  private static final long CHANGE_NANOS = 5_000_000_000L;
  private static final long FOUND_MILLIS = 30_000;
  private static final long AGAIN_MILLIS = 50;
  private static final long CATCH_UP_MILLIS = 3000;

  private final String cluster;
  private final String node;
  private final Chain chain;
  private final Lanes lanes;
  private final Membership membership;
  private final KeyDirectory directory;
  private final LongSupplier pendingHints;
  private final Consumer<ClusterState> onTakenUp;
  private final Transitions transitions;
  private final Promise<Void> left = Promise.promise();

  /**
   * @param onTakenUp told, on the first loop, of each state that it has taken up
   */
  Participation(
      NodeConfig config,
      Chain chain,
      Lanes lanes,
      Membership membership,
      KeyDirectory directory,
      LongSupplier pendingHints,
      Consumer<ClusterState> onTakenUp) {
    this.cluster = config.cluster();
    this.node = config.name();
    this.chain = chain;
    this.lanes = lanes;
    this.membership = membership;
    this.directory = directory;
    this.pendingHints = pendingHints;
    this.onTakenUp = onTakenUp;
    this.transitions =
        new Transitions(
            node,
            chain,
            (to, question) -> lanes.first().peers().chain(to, question),
            lanes.first().loop(),
            name -> membership.standing(name).isLiving(),
            this::progress);
    chain.onState(this::takeUp);
  }

  Transitions transitions() {
    return transitions;
  }

  /** Whether this node does not know how it voted on the next state, so that it cannot vote. */
  public boolean hasForgottenVotes() {
    return chain.hasForgotten();
  }

  /** Changes the cluster's state. Completes on any thread. */
  public Future<ClusterState> change(UnaryOperator<ClusterState> change) {
    return Tasks.onLoop(lanes.first().loop(), () -> chain.propose(change, CHANGE_NANOS));
  }

  /** Decides alone: see {@link Chain#force}. Completes on any thread. */
  public Future<ClusterState> force(Set<String> lost) {
    return Tasks.onLoop(lanes.first().loop(), () -> chain.force(lost));
  }

  /** A node that is no member asks to be let in. To be called on the first loop. */
  Future<byte[]> letIn(byte[] request) {
    return Joining.take(cluster, chain, request);
  }

  /** Told when this node takes no part in the cluster any more; at once if that is so already. */
  public void onLeft(Runnable listener) {
    left.future().onSuccess(done -> listener.run());
  }

  /** A newer state is on disk. */
  private void takeUp(ClusterState state) {
    if (!state.hasNode(node)) {
      LOG.warn("this node takes no part in the cluster any more");
      left.tryComplete();
      return;
    }
    membership.meet(state);
    AtomicInteger loops = new AtomicInteger();
    lanes.forEach(
        lane ->
            lane.loop()
                .execute(
                    () -> {
                      takeUp(lane, state);
                      if (loops.incrementAndGet() == lanes.count()) {
                        directory.laidOut(Layout.layout(state));
                      }
                    }));
  }

  private void takeUp(Lanes.Lane lane, ClusterState state) {
    Listen.to(lane.adopt(state), lane.loop(), settled -> {}, e -> {});
    if (lane.equals(lanes.first())) {
      onTakenUp.accept(state);
    }
  }

  /** Answers what a peer asks of the chain. To be called on the first loop. */
  Future<byte[]> answer(String from, byte[] question) {
    return Progress.isAsked(question)
        ? progress().map(own -> own.encode().toBuffer()).map(Buffer::getBytes)
        : chain.answer(from, question);
  }

  /**
   * Completes when the founding of the bucket is over, and all members that answer know that: with
   * the state after it. On any thread.
   */
  public Future<ClusterState> founded(String bucket) {
    return Tasks.onLoop(
        lanes.first().loop(),
        () -> {
          Promise<ClusterState> over = Promise.promise();
          lanes
              .first()
              .loop()
              .after(
                  FOUND_MILLIS,
                  () ->
                      over.tryFail(
                          new UndecidedException(
                              true, "n of bucket " + bucket + " is still being set")));
          awaitFounded(bucket, over);
          return over.future();
        });
  }

  private void awaitFounded(String bucket, Promise<ClusterState> over) {
    ClusterState state = chain.state();
    Listen.to(
        state.isFounding(() -> bucket)
            ? Future.succeededFuture(false)
            : transitions.isKnown(state.epoch()),
        lanes.first().loop(),
        isOver -> {
          if (isOver) {
            over.tryComplete(state);
          } else if (!over.future().isComplete()) {
            lanes.first().loop().after(AGAIN_MILLIS, () -> awaitFounded(bucket, over));
          }
        },
        e -> {});
  }

  /**
   * Completes when all loops have taken up the newest state that this node has heard of, or after a
   * while.
   */
  Future<Void> caughtUp() {
    Loop loop = lanes.first().loop();
    return Tasks.onLoop(
            loop,
            () -> {
              Promise<Void> caughtUp = Promise.promise();
              loop.after(CATCH_UP_MILLIS, caughtUp::tryComplete);
              awaitNewest(caughtUp);
              return caughtUp.future();
            })
        .compose(known -> lanes.run(lane -> {}));
  }

  private void awaitNewest(Promise<Void> known) {
    long epoch = chain.state().epoch();
    if (membership.views().stream().noneMatch(view -> view.member().epoch() > epoch)) {
      known.tryComplete();
    } else if (!known.future().isComplete()) {
      lanes.first().loop().after(AGAIN_MILLIS, () -> awaitNewest(known));
    }
  }

  /** How far this node is with what is under way. Completes on the first loop. */
  Future<Progress> progress() {
    Set<Ground> grounds = ConcurrentHashMap.newKeySet();
    Set<Integer> ready = ConcurrentHashMap.newKeySet();
    Set<Long> epochs = ConcurrentHashMap.newKeySet();
    Promise<Progress> progress = Promise.promise();
    lanes
        .run(
            lane -> {
              Tenure tenure = lane.shard().tenure();
              epochs.add(tenure.epoch());
              epochs.add(tenure.settledEpoch());
              ready.addAll(lane.antiEntropy().ready());
              grounds.add(lane.shard().survey().ground());
            })
        .map(
            asked -> {
              boolean hasLetGo = true;
              for (Lanes.Lane lane : lanes) {
                hasLetGo &= lane.shard().tenure().hasLetGo();
              }
              return new Progress(
                  epochs.stream().mapToLong(Long::longValue).min().orElse(0),
                  epochs.size() == 1 ? new TreeSet<>(ready) : Set.of(),
                  hasLetGo,
                  pendingHints.getAsLong(),
                  grounds.size() == 1
                      ? grounds.iterator().next()
                      : grounds.contains(Ground.TAKEN) ? Ground.TAKEN : Ground.UNKNOWN);
            })
        .onComplete(told -> lanes.first().loop().execute(() -> progress.handle(told)));
    return progress.future();
  }
}
