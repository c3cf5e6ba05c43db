package org.quorate.membership;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.quorate.membership.Acceptor.Vote;
import org.quorate.membership.Proposal.Phase;
import org.quorate.ring.ClusterState;
import org.quorate.runtime.Listen;

/** Proposes one change, ballot after ballot, until some state has it. Used on the chain's loop. */
final class Proposer {
  private static final int LEAST_PAUSE_MILLIS = 20;
  private static final int MOST_PAUSE_MILLIS = 1000;
  private static final long ROUND_MILLIS = 1000;

  /** One ballot on its way; what comes late for it counts no more. */
  private static final class Round {
    private final ClusterState own;
    private final Proposal proposal;
    private boolean over;

    Round(ClusterState own, Proposal proposal) {
      this.own = own;
      this.proposal = proposal;
    }
  }

  private final Chain chain;
  private final UnaryOperator<ClusterState> change;
  private final long deadline;
  private final Promise<ClusterState> decided = Promise.promise();
  private final Set<String> agreed = new TreeSet<>();
  private long pauseMillis = LEAST_PAUSE_MILLIS;
  private boolean mayTakeEffect;

  /**
   * @param change makes the next state; run on another thread
   */
  Proposer(Chain chain, UnaryOperator<ClusterState> change, long deadline) {
    this.chain = chain;
    this.change = change;
    this.deadline = deadline;
  }

  Future<ClusterState> run() {
    next();
    return decided.future();
  }

  private void next() {
    ClusterState base = chain.state();
    chain.background.execute(
        () -> {
          try {
            ClusterState value = change.apply(base);
            chain.loop.execute(() -> propose(base, value));
          } catch (RuntimeException e) {
            chain.loop.execute(() -> decided.tryFail(e));
          } catch (Error e) {
            chain.fatal.accept(e);
          }
        });
  }

  private void propose(ClusterState base, ClusterState value) {
    if (chain.isClosed()) {
      decided.tryFail(undecided("this node stops"));
    } else if (value.epoch() <= base.epoch()) {
      decided.tryComplete(base);
    } else if (base.epoch() != chain.state().epoch()) {
      next();
    } else if (chain.clock.nanos() - deadline >= 0) {
      decided.tryFail(undecided("no majority of the members agreed in time"));
    } else {
      Round round = new Round(value, new Proposal(Chain.voters(base), chain.nextBallot(), value));
      chain.loop.after(ROUND_MILLIS, () -> again(round));
      askAll(
          round,
          Chain.question("prepare")
              .put("slot", value.epoch())
              .put("ballot", Acceptor.encode(round.proposal.ballot())));
    }
  }

  private UndecidedException undecided(String why) {
    String members = String.join(", ", Chain.voters(chain.state()));
    String outcome = mayTakeEffect ? "the change may still take effect" : "nothing was changed";
    return new UndecidedException(
        mayTakeEffect,
        why + " (members: " + members + "; agreed: " + String.join(", ", agreed) + "); " + outcome);
  }

  private void askAll(Round round, JsonObject question) {
    Phase phase = round.proposal.phase();
    for (String voter : round.proposal.voters()) {
      Listen.to(
          chain.ask(voter, question),
          chain.loop,
          answer -> {
            Phase before = round.proposal.phase();
            Vote vote = Vote.valueOf(answer.getString("vote"));
            if (vote == Vote.YES) {
              agreed.add(voter); // Too late for this round, maybe; it is told all the same.
            }
            if (!round.over) {
              take(round.proposal, voter, vote, answer, phase);
              advance(round, before);
            }
          },
          e -> {
            Phase before = round.proposal.phase();
            if (!round.over) {
              round.proposal.refused(voter, phase);
              advance(round, before);
            }
          });
    }
  }

  private void take(Proposal proposal, String voter, Vote vote, JsonObject answer, Phase asked) {
    if (vote == Vote.YES) {
      if (asked == Phase.PREPARING) {
        JsonObject value = answer.getJsonObject("value");
        proposal.promised(
            voter,
            Acceptor.ballot(answer.getJsonArray("accepted")),
            value == null ? null : StateCodec.decode(value));
      } else {
        proposal.accepted(voter);
      }
      return;
    }
    if (vote == Vote.DECIDED) {
      chain.learn(StateCodec.decode(answer.getJsonObject("state")));
    }
    if (vote == Vote.LATE) {
      chain.met(Acceptor.ballot(answer.getJsonArray("promised")));
    }
    proposal.refused(voter, asked);
  }

  private void advance(Round round, Phase before) {
    Proposal proposal = round.proposal;
    if (proposal.phase() == before) {
      return;
    }
    switch (proposal.phase()) {
      case ACCEPTING -> {
        mayTakeEffect |= proposal.value().equals(round.own);
        askAll(
            round,
            Chain.question("accept")
                .put("ballot", Acceptor.encode(proposal.ballot()))
                .put("value", StateCodec.encode(proposal.value())));
      }
      case DECIDED -> {
        round.over = true;
        decided(proposal.value(), round.own);
      }
      case LOST -> again(round);
      default -> {}
    }
  }

  private void decided(ClusterState value, ClusterState own) {
    chain.learn(value);
    chain.spread(value);
    awaitOnDisk(value, value.equals(own));
  }

  private void awaitOnDisk(ClusterState value, boolean isOwn) {
    boolean isLate = chain.clock.nanos() - deadline >= 0;
    if (chain.state().epoch() < value.epoch() && !chain.isClosed() && !isLate) {
      chain.loop.after(1, () -> awaitOnDisk(value, isOwn));
    } else if (isOwn && isLate && chain.state().epoch() < value.epoch()) {
      decided.tryFail(
          new UndecidedException(
              true, "this node could not write the new state yet; the change takes effect later"));
    } else if (isOwn) {
      decided.tryComplete(value);
    } else {
      next();
    }
  }

  /** Those who duel must not wake up at the same time again. */
  private void again(Round round) {
    if (!round.over) {
      round.over = true;
      long jitter = Math.floorMod(chain.random.nextLong(), pauseMillis);
      pauseMillis = Math.min(MOST_PAUSE_MILLIS, 2 * pauseMillis);
      chain.loop.after(1 + jitter, this::next);
    }
  }
}
