package org.quorate.membership;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.membership.Acceptor.Vote;
import org.quorate.ring.ClusterState;
import org.quorate.runtime.Listen;

/**
 * What others have promised and accepted, in place of what this node has forgotten: they are asked
 * to promise a ballot of this node's. Used on the chain's loop.
 *
 * <p>Half of the voters, rounded up, are enough, this node not among them: they share a member with
 * every majority that this node was part of, beside this node; and with their promises no ballot
 * can gather a majority any more by a vote of this node that it does not know of. The only voter
 * cannot recall anything: it needs a forced state.
 */
final class Recollection {
  private final Chain chain;
  private final List<String> others;
  private final int enough;
  private final long slot;
  private final Ballot ballot;
  private final Promise<Void> done = Promise.promise();
  private int open;
  private int answers;
  private int promises;
  private Ballot highest = Ballot.NONE;
  private @Nullable ClusterState value;

  Recollection(Chain chain, ClusterState state) {
    this.chain = chain;
    this.others = Chain.voters(state);
    this.enough = others.size() - others.size() / 2;
    others.remove(chain.self());
    this.slot = state.epoch() + 1;
    this.ballot = chain.nextBallot();
    this.open = others.size();
  }

  /** Completes when all have answered, or cannot be asked. */
  Future<Void> run() {
    JsonObject prepare =
        Chain.question("prepare").put("slot", slot).put("ballot", Acceptor.encode(ballot));
    for (String other : others) {
      Listen.to(
          chain.ask(other, prepare),
          chain.loop,
          answer -> {
            take(answer);
            closeOne();
          },
          e -> closeOne());
    }
    if (others.isEmpty()) {
      done.complete();
    }
    return done.future();
  }

  private void closeOne() {
    if (--open == 0) {
      done.complete();
    }
  }

  private void take(JsonObject answer) {
    switch (Vote.valueOf(answer.getString("vote"))) {
      case YES -> {
        answers++;
        promises++;
        Ballot accepted = Acceptor.ballot(answer.getJsonArray("accepted"));
        JsonObject its = answer.getJsonObject("value");
        if (its != null && accepted.compareTo(highest) > 0) {
          highest = accepted;
          value = StateCodec.decode(its);
        }
      }
      case LATE -> {
        answers++;
        chain.met(Acceptor.ballot(answer.getJsonArray("promised")));
      }
      case DECIDED -> chain.learn(StateCodec.decode(answer.getJsonObject("state")));
      default -> answers++;
    }
  }

  /** Whether somebody answered who did not know a newer state. */
  boolean wasAnswered() {
    return answers > 0;
  }

  boolean isEnough() {
    return promises >= enough;
  }

  /** The epoch of the state that was asked about. */
  long slot() {
    return slot;
  }

  Ballot ballot() {
    return ballot;
  }

  /** The highest ballot under which anything was accepted. */
  Ballot highest() {
    return highest;
  }

  /** What was accepted under it, null if nothing ever was. */
  @Nullable ClusterState value() {
    return value;
  }
}
