package org.quorate.membership;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the transition or the founding that is under way, if this node is the one to do that: asks
 * all nodes how far they are, and proposes the {@link NextStep}. Called on the chain's loop.
 */
public final class Transitions {
  private static final Logger LOG = LoggerFactory.getLogger(Transitions.class);
  private static final long PROPOSE_NANOS = 5_000_000_000L;

  /** Who has not answered by then holds up what needs it, and nothing else. */
  private static final long PATIENCE_MILLIS = 300;

  /** One state for each eighth of the partitions that move, or half of those that are left. */
  private static final int WORTH_A_STATE = 8;

  private static final int PATIENT_ROUNDS = 8;

  /** Who has not said by then whether it has keys of a bucket counts as down. */
  private static final int FOUNDING_ROUNDS = 30;

  private final String self;
  private final Chain chain;
  private final Chain.Asking asking;
  private final Loop loop;
  private final Predicate<String> isLiving;
  private final Supplier<Future<Progress>> own;
  private boolean isBusy;

  /** In which something could go on, but little. */
  private int rounds;

  private int foundingRounds;

  /**
   * @param isLiving whether a member is believed to be alive
   * @param own this node's progress
   */
  public Transitions(
      String self,
      Chain chain,
      Chain.Asking asking,
      Loop loop,
      Predicate<String> isLiving,
      Supplier<Future<Progress>> own) {
    this.self = self;
    this.chain = chain;
    this.asking = asking;
    this.loop = loop;
    this.isLiving = isLiving;
    this.own = own;
  }

  /** To be called every now and then. */
  public void drive() {
    ClusterState state = chain.state();
    boolean isCalm = state.transition() == null && state.founding() == null;
    if (isBusy || isCalm || !isDriver(state)) {
      return;
    }
    isBusy = true;
    foundingRounds = state.founding() == null ? 0 : foundingRounds + 1;
    Listen.to(progress(state), loop, told -> step(state, told), e -> {});
  }

  /** How far all nodes are that answer. */
  private Future<Map<String, Progress>> progress(ClusterState state) {
    Map<String, Progress> progress = new TreeMap<>();
    Promise<Void> told = Promise.promise();
    int[] open = {state.nodes().size()};
    for (Member node : state.nodes()) {
      progressOf(node.name())
          .onSuccess(answer -> progress.put(node.name(), answer))
          .onComplete(
              answer -> {
                if (--open[0] == 0) {
                  told.tryComplete();
                }
              });
    }
    loop.after(PATIENCE_MILLIS, told::tryComplete);
    return told.future().map(all -> Map.copyOf(progress));
  }

  /** Whether all nodes that answer have taken up this state, or a later one. */
  public Future<Boolean> isKnown(long epoch) {
    return progress(chain.state())
        .map(all -> all.values().stream().allMatch(told -> told.epoch() >= epoch));
  }

  /** One is enough; a second does no harm. */
  private boolean isDriver(ClusterState state) {
    return state.voters().stream()
        .map(Member::name)
        .filter(this::mayLive)
        .findFirst()
        .filter(self::equals)
        .isPresent();
  }

  private Future<Progress> progressOf(String node) {
    return node.equals(self)
        ? own.get()
        : asking
            .ask(node, Progress.QUESTION)
            .map(answer -> Progress.decode(new JsonObject(Buffer.buffer(answer))));
  }

  private void step(ClusterState state, Map<String, Progress> progress) {
    boolean isLate = foundingRounds > FOUNDING_ROUNDS;
    Predicate<String> mayLive = node -> !isLate && mayLive(node);
    Optional<ClusterState> next = NextStep.of(state, progress, mayLive);
    if (next.isEmpty() || mayWait(state, next.get())) {
      isBusy = false;
      return;
    }
    rounds = 0;
    Listen.to(
        chain.propose(
            base ->
                base.epoch() == state.epoch()
                    ? NextStep.of(base, progress, mayLive).orElse(base)
                    : base,
            PROPOSE_NANOS),
        loop,
        decided -> isBusy = false,
        e -> {
          isBusy = false;
          LOG.info("the transition does not go on now: {}", e.getMessage());
        });
  }

  /** A state costs all nodes something, however few partitions it takes on. */
  private boolean mayWait(ClusterState state, ClusterState next) {
    long moving = partitions(state).filter(state::moves).count();
    long left = partitions(state).filter(p -> state.assignment(p).isMoving()).count();
    long worth = Math.min(moving / WORTH_A_STATE, left / 2);
    return next.changedSince(state).size() < worth && ++rounds < PATIENT_ROUNDS;
  }

  private static IntStream partitions(ClusterState state) {
    return IntStream.range(0, state.ring().partitions());
  }

  private boolean mayLive(String node) {
    return node.equals(self) || isLiving.test(node);
  }
}
