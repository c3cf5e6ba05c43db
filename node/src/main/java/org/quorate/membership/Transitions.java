package org.quorate.membership;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
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

  private final String self;
  private final Chain chain;
  private final Chain.Asking asking;
  private final Loop loop;
  private final Predicate<String> isLiving;
  private final Supplier<Future<Progress>> own;
  private boolean isBusy;

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
    if (NextStep.of(state, progress, this::mayLive).isEmpty()) {
      isBusy = false;
      return;
    }
    Listen.to(
        chain.propose(
            base ->
                base.epoch() == state.epoch()
                    ? NextStep.of(base, progress, this::mayLive).orElse(base)
                    : base,
            PROPOSE_NANOS),
        loop,
        decided -> isBusy = false,
        e -> {
          isBusy = false;
          LOG.info("the transition does not go on now: {}", e.getMessage());
        });
  }

  private boolean mayLive(String node) {
    return node.equals(self) || isLiving.test(node);
  }
}
