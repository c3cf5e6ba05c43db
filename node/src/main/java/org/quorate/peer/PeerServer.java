package org.quorate.peer;

import io.vertx.core.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.quorate.replica.AtEpoch;
import org.quorate.replica.Failure;
import org.quorate.replica.LocalReplica;
import org.quorate.replica.Replica;
import org.quorate.replica.ReplicaException;
import org.quorate.replica.Write;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.DecodeException;
import org.quorate.version.Key;
import org.quorate.version.Life;
import org.quorate.version.SiblingsCodec;
import org.quorate.version.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the peers that connect to one loop, by this node's {@link LocalReplica}s. */
final class PeerServer {
  private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int MAX_IN_PROGRESS = 8192;
  private static final int MAX_JOINS = 16;

  /** The loop that owns a key, and its replica there. */
  record Place(Loop loop, LocalReplica replica) {
    Replica at(long epoch, long met) {
      return new AtEpoch(replica, epoch, met);
    }
  }

  private final Local local;
  private final Loop loop;
  private final Clock clock;
  private final Function<Key, Place> places;
  private final Answering answering;
  private final Load load = new Load();
  private int joins;

  PeerServer(
      Local local, Loop loop, Clock clock, Function<Key, Place> places, Answering answering) {
    this.answering = answering;
    this.local = local;
    this.loop = loop;
    this.clock = clock;
    this.places = places;
  }

  void accept(Link link) {
    new Session(link);
  }

  /** One peer's connection. */
  private final class Session {
    private final FrameLink link;
    private String peer = "";
    private long met;
    private boolean open = true;
    private int inProgress;
    private int handOffs;

    Session(Link accepted) {
      link = new FrameLink(accepted, loop, this::received);
      accepted.onClose(() -> open = false);
    }

    private void received(ByteReader in) {
      int type = in.readByte();
      long id = in.readVarLong();
      if (type == Frames.JOIN) {
        join(in);
        return;
      }
      if (peer.isEmpty() && type != Frames.HELLO) {
        throw new DecodeException("frame of type " + type + " before the handshake");
      }
      switch (type) {
        case Frames.HELLO -> greet(Hello.read(in));
        case Frames.PING -> reply(Frames.PONG, 0, out -> {});
        case Frames.LEASE -> note(id, in);
        case Frames.COMPARE -> answer(id, in, answering.tables(), Frames.COMPARED);
        case Frames.EXCHANGE -> answer(id, in, answering.exchanges(), Frames.EXCHANGED);
        case Frames.CHAIN -> answer(id, in, answering.chain(), Frames.CHAINED);
        case Frames.READ, Frames.SALVAGE, Frames.PUT, Frames.MERGE, Frames.HINT ->
            serve(type, id, in);
        case Frames.HAND_OFF -> handOff(id, in);
        default -> throw new DecodeException("frame of unknown type " + type);
      }
    }

    private void greet(Hello hello) {
      String objection = local.objection(hello);
      if (!objection.isEmpty()) {
        LOG.error("node '{}' at {} is refused: {}", hello.node(), link.remote(), objection);
        reply(Frames.REFUSED, 0, out -> out.writeText(objection));
        return;
      }
      peer = hello.node();
      met = hello.epoch();
      Hello answer = local.hello(hello.node(), hello.actor()); // Before this life is noted.
      local.leases().noteLease(hello.actor(), hello.lease());
      local.states().heard(peer, hello.epoch());
      Listen.to(
          local.memory().recall(peer, hello.listenerLast()),
          loop,
          recalled -> loop.execute(() -> reply(Frames.WELCOME, 0, answer::write)),
          e -> loop.execute(link::close));
    }

    /** A node that is no member yet has no name to shake hands with. */
    private void join(ByteReader in) {
      if (joins == MAX_JOINS) {
        link.close();
        return;
      }
      joins++;
      Listen.to(
          answering.joins().answer("", local.states().epoch(), in.readRest()),
          loop,
          state -> {
            joins--;
            reply(Frames.JOINED, 0, out -> out.writeBytes(state));
          },
          e -> {
            joins--;
            link.close();
          });
    }

    private void note(long id, ByteReader in) {
      in.readVarLong();
      in.readVarLong();
      local
          .leases()
          .noteLease(
              peer,
              new Life(in.readLong(), in.readVarLong()),
              () -> loop.execute(() -> reply(Frames.DONE, id, out -> {})));
    }

    private void answer(long id, ByteReader in, Answers answers, int type) {
      long deadline = clock.nanos() + in.readVarLong() * NANOS_PER_MILLI;
      long epoch = in.readVarLong();
      local.states().heard(peer, epoch);
      if (isBusy()) {
        fail(id, Failure.OVERLOADED);
        return;
      }
      inProgress++;
      Listen.to(
          answers.answer(peer, epoch, in.readRest()),
          loop,
          answer -> {
            inProgress--;
            if (deadline - clock.nanos() < 0) {
              fail(id, Failure.EXPIRED);
            } else {
              reply(type, id, out -> out.writeBytes(answer));
            }
          },
          e -> {
            inProgress--;
            fail(id, ReplicaException.of(e));
          });
    }

    private boolean isBusy() {
      return inProgress >= MAX_IN_PROGRESS || link.isBackedUp();
    }

    private void serve(int type, long id, ByteReader in) {
      long began = clock.nanos();
      long deadline = began + in.readVarLong() * NANOS_PER_MILLI;
      long epoch = in.readVarLong();
      local.states().heard(peer, epoch);
      Key key = readKey(in);
      if (isBusy()) {
        fail(id, Failure.OVERLOADED);
        return;
      }
      Function<Replica, Future<Answer>> verb = verb(type, key, in, deadline);
      inProgress++;
      load.began();
      Place place = places.apply(key);
      Listen.to(
          Hop.call(loop, place.loop(), () -> verb.apply(place.at(epoch, met))),
          loop,
          answer -> {
            inProgress--;
            load.ended();
            reply(
                answer.type(),
                id,
                out -> {
                  if (answer.reports()) {
                    load.report(out, clock.nanos() - began);
                  }
                  answer.payload().accept(out);
                });
          },
          e -> {
            inProgress--;
            load.ended();
            fail(id, ReplicaException.of(e));
          });
    }

    private void handOff(long id, ByteReader in) {
      long deadline = clock.nanos() + in.readVarLong() * NANOS_PER_MILLI;
      long epoch = in.readVarLong();
      local.states().heard(peer, epoch);
      Key key = readKey(in);
      State state = State.decode(in.readRest());
      if (handOffs >= LocalReplica.MAX_HAND_OFFS || link.isBackedUp()) {
        fail(id, Failure.OVERLOADED);
        return;
      }
      load.beganHandOffs(handOffs == 0);
      handOffs++;
      Place place = places.apply(key);
      Listen.to(
          Hop.call(loop, place.loop(), () -> place.at(epoch, met).merge(key, state, 0, deadline)),
          loop,
          stored -> {
            endHandOff();
            reply(Frames.DONE, id, out -> out.writeVarLong(load.credits()));
          },
          e -> {
            endHandOff();
            fail(id, ReplicaException.of(e));
          });
    }

    private Key readKey(ByteReader in) {
      Key key = Key.decode(in.readSized());
      if (key.isSystem()) {
        throw new DecodeException("a key of the store's own");
      }
      return key;
    }

    private void endHandOff() {
      handOffs--;
      load.endedHandOffs(handOffs == 0);
    }

    private void fail(long id, Failure failure) {
      reply(Frames.FAILURE, id, out -> out.writeByte(failure.code()));
    }

    private void reply(int type, long id, Consumer<ByteWriter> payload) {
      if (open) {
        int start = Frames.begin(link.out(), type, id);
        payload.accept(link.out());
        Frames.end(link.out(), start);
        link.flush();
      }
    }
  }

  /**
   * @param reports whether the payload begins with a report of the load
   */
  private record Answer(int type, boolean reports, Consumer<ByteWriter> payload) {
    static final Answer SAME = new Answer(Frames.SAME, true, out -> {});
    static final Answer DONE = new Answer(Frames.DONE, false, out -> {});
  }

  private static Function<Replica, Future<Answer>> verb(
      int type, Key key, ByteReader in, long deadline) {
    switch (type) {
      case Frames.READ -> {
        long known = in.readLong();
        return replica -> replica.read(key, known, deadline).map(r -> answer(r.state()));
      }
      case Frames.SALVAGE -> {
        return replica -> replica.salvage(key, deadline).map(PeerServer::answer);
      }
      case Frames.PUT -> {
        Write write = RemoteReplica.readWrite(in);
        return replica ->
            replica
                .put(key, write, deadline)
                .compose(
                    minted ->
                        minted
                            .stored()
                            .map(
                                new Answer(
                                    Frames.MINTED,
                                    false,
                                    out -> {
                                      out.writeLong(minted.basis());
                                      SiblingsCodec.writeContext(out, minted.context());
                                      out.writeBytes(minted.state().bytes());
                                    })));
      }
      case Frames.HINT -> {
        String target = in.readText();
        return replica -> replica.hint(key, target, deadline).map(Answer.DONE);
      }
      default -> {
        long basis = in.readLong();
        State state = State.decode(in.readRest());
        return replica -> replica.merge(key, state, basis, deadline).map(Answer.DONE);
      }
    }
  }

  private static Answer answer(@Nullable State state) {
    return state == null
        ? Answer.SAME
        : new Answer(Frames.STATE, true, out -> out.writeBytes(state.bytes()));
  }
}
