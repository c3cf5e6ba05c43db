package org.quorate.membership;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.quorate.membership.Acceptor.Vote;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Randomness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the newest state of the cluster that this node knows, on disk, votes on the next by its
 * {@link Acceptor}, and proposes changes by {@link Proposer}s. Called on its loop, but for what
 * says otherwise.
 */
public final class Chain {
  private static final Logger LOG = LoggerFactory.getLogger(Chain.class);
  private static final long AGAIN_MILLIS = 1000;

  /** The way to ask another node. */
  public interface Asking {
    Future<byte[]> ask(String node, byte[] question);
  }

  /** Keeps a text on disk, replaced whole. Blocks. */
  public interface Memory {
    void write(String text) throws IOException;
  }

  private final String self;

  /** Of this process, so that no ballot is used twice. */
  private final String proposer;

  final Loop loop;
  final Clock clock;
  final Randomness random;
  private final Executor disk;
  final Executor background;
  private final Memory memory;
  private final Asking asking;
  final Consumer<Throwable> fatal;
  private final Acceptor acceptor;
  private final Set<String> asked = new HashSet<>();
  private volatile ClusterState state;
  private Consumer<ClusterState> onState = next -> {};
  private long round;
  private boolean mayVote;
  private volatile boolean hasForgotten;
  private @Nullable Recollection recollection;

  /** A forced state that comes now is newer than what this node has forgotten. */
  private boolean mayBeForgiven;

  private boolean closed;

  /**
   * @param remembered what {@link Memory} was last given
   * @param disk runs one task at a time, in order
   */
  public Chain(
      String self,
      String remembered,
      Loop loop,
      Clock clock,
      Randomness random,
      Executor disk,
      Executor background,
      Memory memory,
      Asking asking,
      Consumer<Throwable> fatal) {
    this.self = self;
    this.proposer = self + "/" + Long.toHexString(random.nextLong());
    this.loop = loop;
    this.clock = clock;
    this.random = random;
    this.disk = disk;
    this.background = background;
    this.memory = memory;
    this.asking = asking;
    this.fatal = fatal;
    this.acceptor = Acceptor.remembering(remembered);
    this.state = acceptor.state();
  }

  /** The newest state that is on this node's disk; may be asked from any thread. */
  public ClusterState state() {
    return state;
  }

  /**
   * Whether this node has lost its disk, and with it how it voted, and could not recall that from a
   * majority of the others. May be asked from any thread.
   */
  public boolean hasForgotten() {
    return hasForgotten || acceptor.hasForgotten();
  }

  /** Told of each new state. */
  public void onState(Consumer<ClusterState> listener) {
    onState = listener;
  }

  /** From now on this node votes: it is settled who it is. */
  public void open() {
    mayVote = true;
    recall();
  }

  public void close() {
    closed = true;
  }

  /**
   * This node's disk is not what it was, so votes may be forgotten: it abstains until it knows
   * which those can have been. May be called from any thread; completes when that is on disk.
   */
  public Future<Void> forgot() {
    hasForgotten = true;
    Promise<Void> noted = Promise.promise();
    loop.execute(
        () -> {
          acceptor.forget();
          mayBeForgiven = false;
          hasForgotten = false;
          save().onComplete(noted);
          recall();
        });
    return noted.future();
  }

  private void recall() {
    if (acceptor.isRecalled() && acceptor.hasForgotten() && !closed) {
      loop.after(AGAIN_MILLIS, this::recall);
    } else if (acceptor.hasForgotten() && mayVote && recollection == null && !closed) {
      Recollection asking = new Recollection(this, state);
      recollection = asking;
      Listen.to(
          asking.run(),
          loop,
          done -> recalled(asking),
          e -> {
            throw new IllegalStateException(e);
          });
    }
  }

  private void recalled(Recollection asked) {
    recollection = null;
    mayBeForgiven |= asked.wasAnswered();
    if (asked.isEnough() && asked.slot() == acceptor.state().epoch() + 1) {
      acceptor.recall(asked.ballot(), asked.highest(), asked.value());
      LOG.info("forgotten votes on state {} are recalled from the others", asked.slot());
      Listen.to(save(), loop, saved -> {}, e -> {});
    }
    if (acceptor.hasForgotten()) {
      loop.after(AGAIN_MILLIS, this::recall);
    }
  }

  /** Who decides on the state after this one. */
  static List<String> voters(ClusterState of) {
    return new ArrayList<>(of.voters().stream().map(Member::name).toList());
  }

  /** Completes when what the acceptor remembers now is on disk. */
  private Future<Void> save() {
    String text = acceptor.memory();
    Promise<Void> saved = Promise.promise();
    disk.execute(
        () -> {
          try {
            memory.write(text);
            loop.execute(saved::complete);
          } catch (IOException e) {
            LOG.error("the state of the cluster could not be written: {}", e.toString());
            loop.execute(() -> saved.fail(e));
          } catch (RuntimeException | Error e) {
            fatal.accept(e);
          }
        });
    return saved.future();
  }

  /** A state that was decided, from anybody. */
  public void learn(ClusterState decided) {
    boolean isForced =
        decided.epoch() / ClusterState.FORCED > acceptor.state().epoch() / ClusterState.FORCED;
    if (acceptor.learn(decided)) {
      if (isForced && mayBeForgiven) {
        acceptor.forgive();
      }
      adopt(decided);
    }
  }

  private void adopt(ClusterState decided) {
    Listen.to(
        save(),
        loop,
        saved -> {
          if (decided.epoch() > state.epoch() && !closed) {
            state = decided;
            LOG.info("cluster state {}: {}", decided.epoch(), decided.describe());
            onState.accept(decided);
          }
        },
        e -> {
          if (acceptor.state().equals(decided) && !closed) {
            loop.after(AGAIN_MILLIS, () -> adopt(decided));
          }
        });
  }

  /** A node said that it knows this state: if it is ahead, it is asked. */
  public void heard(String from, long epoch) {
    if (epoch > acceptor.state().epoch() && !closed) {
      catchUp(from);
    }
  }

  /** As {@link #heard}, of a node that this one reaches: it is told if it is behind itself. */
  public void met(String node, long epoch) {
    if (epoch < state.epoch() && !closed) {
      ask(node, decision(state));
    }
    heard(node, epoch);
  }

  /** Asks a node for the newest state that it knows. */
  public void catchUp(String from) {
    if (closed || from.equals(self) || !asked.add(from)) {
      return;
    }
    Listen.to(
        ask(from, question("state")),
        loop,
        answer -> {
          asked.remove(from);
          learn(StateCodec.decode(answer.getJsonObject("state")));
        },
        e -> asked.remove(from));
  }

  static JsonObject question(String what) {
    return new JsonObject().put("ask", what);
  }

  private static JsonObject json(byte[] bytes) {
    return new JsonObject(Buffer.buffer(bytes));
  }

  /** Answers another node; fails if it cannot answer now, or the question cannot be read. */
  public Future<byte[]> answer(String from, byte[] question) {
    try {
      JsonObject asked = json(question);
      return answer(from, asked).map(answer -> answer.toBuffer().getBytes());
    } catch (DecodeException
        | IllegalArgumentException
        | ClassCastException
        | NullPointerException e) {
      return Future.failedFuture(new IllegalArgumentException("no question of the chain", e));
    }
  }

  /** Asks a node, which may be this one. */
  Future<JsonObject> ask(String node, JsonObject question) {
    try {
      return node.equals(self)
          ? answer(self, question)
          : asking.ask(node, question.toBuffer().getBytes()).map(Chain::json);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  /** Tells all others that this was decided; who does not hear it will ask. */
  void spread(ClusterState decided) {
    JsonObject learn = decision(decided);
    decided.nodes().stream()
        .map(Member::name)
        .filter(name -> !name.equals(self))
        .forEach(name -> ask(name, learn));
  }

  private static JsonObject decision(ClusterState decided) {
    return question("learn").put("state", StateCodec.encode(decided));
  }

  /** A ballot above all that this node has met. */
  Ballot nextBallot() {
    round++;
    return new Ballot(round, proposer);
  }

  void met(Ballot ballot) {
    round = Math.max(round, ballot.round());
  }

  boolean isClosed() {
    return closed;
  }

  String self() {
    return self;
  }

  private Future<JsonObject> answer(String from, JsonObject question) {
    switch (question.getString("ask")) {
      case "state" -> {
        JsonObject known = new JsonObject().put("state", StateCodec.encode(state));
        return Future.succeededFuture(known.put("forgotten", hasForgotten()));
      }
      case "learn" -> {
        learn(StateCodec.decode(question.getJsonObject("state")));
        return Future.succeededFuture(new JsonObject());
      }
      case "prepare" -> {
        Ballot ballot = Acceptor.ballot(question.getJsonArray("ballot"));
        return vote(from, ballot, () -> acceptor.prepare(question.getLong("slot"), ballot));
      }
      case "accept" -> {
        Ballot ballot = Acceptor.ballot(question.getJsonArray("ballot"));
        ClusterState value = StateCodec.decode(question.getJsonObject("value"));
        return vote(from, ballot, () -> acceptor.accept(ballot, value));
      }
      default -> throw new IllegalArgumentException("unknown question");
    }
  }

  private interface Voting {
    Vote vote();
  }

  private Future<JsonObject> vote(String from, Ballot ballot, Voting voting) {
    met(ballot);
    if (!mayVote || (hasForgotten && !acceptor.hasForgotten())) {
      return Future.succeededFuture(new JsonObject().put("vote", Vote.ABSTAINS.name()));
    }
    Vote vote = voting.vote();
    JsonObject answer =
        new JsonObject()
            .put("vote", vote.name())
            .put("promised", Acceptor.encode(acceptor.promised()))
            .put("accepted", Acceptor.encode(acceptor.accepted()));
    ClusterState value = acceptor.value();
    if (value != null) {
      answer.put("value", StateCodec.encode(value));
    }
    if (vote == Vote.DECIDED) {
      answer.put("state", StateCodec.encode(acceptor.state()));
    }
    if (vote == Vote.BEHIND) {
      catchUp(from);
    }
    return vote == Vote.YES ? save().map(answer) : Future.succeededFuture(answer);
  }

  /**
   * Changes the state. Completes with the first state in which the change is made, once that is on
   * this node's disk. Fails with what the change threw, or with {@link UndecidedException}.
   *
   * @param change makes the next state; run on another thread, again for each state that came first
   */
  public Future<ClusterState> propose(UnaryOperator<ClusterState> change, long timeoutNanos) {
    return new Proposer(this, change, clock.nanos() + timeoutNanos).run();
  }

  /** Decides alone: see {@link Force}. */
  public Future<ClusterState> force(Set<String> lost) {
    return new Force(this, lost).run();
  }

  /** This node has forced a state: it is newer than what this node may have forgotten. */
  void decided(ClusterState forced) {
    mayBeForgiven = true;
    learn(forced);
  }

  /** The newest state, which may not be on this node's disk yet. */
  ClusterState newest() {
    return acceptor.state();
  }
}
