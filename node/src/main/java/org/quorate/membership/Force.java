package org.quorate.membership;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.quorate.ring.ChangeRefusedException;
import org.quorate.ring.ChangeRefusedException.Reason;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.runtime.Listen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides alone, by order of an operator: see {@link ClusterState#forced}. All that are not named
 * as lost must answer first: one may know a newer state, and together they must be unable to
 * decide. Nobody who is named as lost may answer. Used on the chain's loop.
 */
final class Force {
  private static final Logger LOG = LoggerFactory.getLogger(Force.class);
  private static final long LOOK_MILLIS = 20;
  private static final long SAVE_NANOS = 5_000_000_000L;

  private final Chain chain;
  private final Set<String> lost;
  private final Promise<ClusterState> forced = Promise.promise();
  private final Set<String> sound = new TreeSet<>();
  private final Set<String> silent = new TreeSet<>();
  private final Set<String> asked = new TreeSet<>();
  private final Set<String> alive = new TreeSet<>();
  private int open;

  Force(Chain chain, Set<String> lost) {
    this.chain = chain;
    this.lost = lost;
  }

  Future<ClusterState> run() {
    if (!chain.hasForgotten()) {
      sound.add(chain.self());
    }
    asked.add(chain.self());
    askThenDecide();
    return forced.future();
  }

  /** An answer may tell of a newer state, and so of others that are to be asked. */
  private void askThenDecide() {
    List<String> others =
        chain.newest().nodes().stream().map(Member::name).filter(asked::add).toList();
    open = others.size();
    others.forEach(this::ask);
    if (others.isEmpty()) {
      decide();
    }
  }

  private void ask(String node) {
    Listen.to(
        chain.ask(node, Chain.question("state")),
        chain.loop,
        answer -> {
          chain.learn(StateCodec.decode(answer.getJsonObject("state")));
          alive.add(node);
          if (!answer.getBoolean("forgotten")) {
            sound.add(node);
          }
          closeOne();
        },
        e -> {
          silent.add(node);
          closeOne();
        });
  }

  private void closeOne() {
    if (--open == 0) {
      askThenDecide();
    }
  }

  private void decide() {
    ClusterState base = chain.newest();
    Set<String> voters = new TreeSet<>(Chain.voters(base));
    sound.retainAll(voters);
    alive.retainAll(lost);
    silent.removeAll(lost);
    if (!alive.isEmpty()) {
      refuse(alive, "can be asked, so not lost: to be stopped first, or not to be named");
      return;
    }
    if (2 * sound.size() > voters.size()) {
      refuse(sound, "can decide, a majority of the members; nothing has to be forced");
      return;
    }
    if (!silent.isEmpty()) {
      refuse(silent, "may know a newer state, but cannot be asked; who is gone must be named");
      return;
    }
    chain.background.execute(
        () -> {
          try {
            ClusterState value = base.forced(chain.self(), lost);
            chain.loop.execute(() -> force(base, value));
          } catch (RuntimeException e) {
            chain.loop.execute(() -> forced.fail(e));
          } catch (Error e) {
            chain.fatal.accept(e);
          }
        });
  }

  private void refuse(Set<String> nodes, String why) {
    forced.fail(new ChangeRefusedException(Reason.INVALID, String.join(", ", nodes) + " " + why));
  }

  private void force(ClusterState base, ClusterState value) {
    if (chain.newest().epoch() != base.epoch()) {
      askThenDecide();
      return;
    }
    LOG.warn("an operator forces cluster state {}: {}", value.epoch(), value.describe());
    chain.decided(value);
    await(value, chain.clock.nanos() + SAVE_NANOS);
  }

  /** Until it is on disk. */
  private void await(ClusterState value, long deadline) {
    if (chain.state().epoch() >= value.epoch()) {
      forced.complete(value);
    } else if (chain.clock.nanos() - deadline >= 0) {
      forced.fail(
          new UndecidedException(
              true, "the forced state could not be written yet; the change may still take effect"));
    } else {
      chain.loop.after(LOOK_MILLIS, () -> await(value, deadline));
    }
  }
}
