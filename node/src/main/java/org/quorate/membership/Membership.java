package org.quorate.membership;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;
import org.quorate.gossip.Effect;
import org.quorate.gossip.Gossip;
import org.quorate.gossip.Member;
import org.quorate.gossip.State;
import org.quorate.gossip.Timing;
import org.quorate.gossip.View;
import org.quorate.ring.ClusterState;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Randomness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives {@link Gossip}: gives it the time and what comes, and does what it says. Called on its
 * loop, but for what says otherwise.
 */
public final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long RIVAL_MILLIS = 500;

  /** The way to ask another member over a connection. */
  public interface Asking {
    Future<byte[]> ask(String member, byte[] question);
  }

  private final Loop loop;
  private final Clock clock;
  private final Datagrams datagrams;
  private final Asking asking;
  private final Gossip gossip;
  private final Map<String, Standing> standings = new ConcurrentHashMap<>();
  private final Promise<Void> introduced = Promise.promise();
  private volatile List<View> views;

  /** Gossip remembers for a while who belonged to the cluster before. */
  private volatile Set<String> nodes;

  private Consumer<View> onChange = view -> {};
  private Loop.@Nullable Timer timer;
  private long timerAt;
  private String knownRival = "";
  private boolean closed;

  /**
   * @param self as it describes itself
   * @param others members of the ring, to look for
   */
  public Membership(
      String cluster,
      Member self,
      Collection<org.quorate.ring.Member> others,
      Loop loop,
      Clock clock,
      Randomness random,
      Datagrams datagrams,
      Asking asking,
      MeterRegistry registry) {
    this.loop = loop;
    this.clock = clock;
    this.datagrams = datagrams;
    this.asking = asking;
    List<View> seeds = others.stream().map(m -> View.seed(m.name(), m.peer(), m.zone())).toList();
    this.gossip =
        new Gossip(
            LongHashFunction.xx3().hashBytes(cluster.getBytes(StandardCharsets.UTF_8)),
            self,
            clock.wallMillis(),
            seeds,
            Timing.standard(),
            random::nextLong,
            clock.nanos());
    this.views = gossip.views();
    this.nodes = others.stream().map(org.quorate.ring.Member::name).collect(Collectors.toSet());
    standing(self.name()).set(State.ALIVE);
    MembershipMetrics.register(this, gossip.stats(), registry);
  }

  /** Told of each change of what is believed of a member. */
  public void onChange(Consumer<View> listener) {
    onChange = listener;
  }

  /** Begins to listen, and to probe. */
  public Future<Void> start(String address) {
    return datagrams.open(loop, address, this::received).onSuccess(bound -> act());
  }

  private void received(String from, byte[] datagram) {
    if (!closed) {
      gossip.receive(clock.nanos(), from, datagram);
      act();
    }
  }

  private void tick() {
    timer = null;
    if (!closed) {
      gossip.tick(clock.nanos());
      act();
    }
  }

  private void act() {
    List<Effect> effects = gossip.effects();
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send send) {
        datagrams.send(send.address(), send.datagram());
      } else if (effect instanceof Effect.Changed changed) {
        changed(changed.view());
      } else if (effect instanceof Effect.Compare compare) {
        compare(compare.name());
      } else if (effect instanceof Effect.Forgotten forgotten) {
        standing(forgotten.name()).set(State.DEAD);
      } else if (effect instanceof Effect.NameTaken taken) {
        nameTaken(taken.address());
      }
    }
    if (effects.stream().anyMatch(effect -> !(effect instanceof Effect.Send))) {
      views = gossip.views();
    }
    schedule();
  }

  private void changed(View view) {
    String name = view.member().name();
    boolean isNews = view.state() != standing(name).state();
    standing(name).set(view);
    if (!isNews) {
      LOG.debug("member {} is {}, epoch {}", name, view.state(), view.member().epoch());
    } else if (view.state() == State.ALIVE) {
      LOG.info("member {} is alive, incarnation {}", name, view.incarnation());
    } else {
      LOG.info("member {} is {}, says {}", name, view.state(), view.accuser());
    }
    onChange.accept(view);
  }

  private void nameTaken(String address) {
    NameTakenException taken = new NameTakenException(gossip.self().name(), address);
    if (!introduced.tryFail(taken) && !address.equals(knownRival)) {
      knownRival = address;
      LOG.error("{}: one of the two must be stopped", taken.getMessage());
    }
  }

  private void schedule() {
    long due = gossip.dueNanos();
    if (timer != null && due < timerAt) {
      timer.cancel();
      timer = null;
    }
    if (timer == null && !closed) {
      timerAt = due;
      long millis = (due - clock.nanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
      timer = loop.after(Math.max(1, millis), this::tick);
    }
  }

  /** Compares what this node and that one believe, over a connection. */
  public void compare(String name) {
    var unused = compared(name);
  }

  /** Completes when both believe the same, or that cannot be reached. */
  private Future<Void> compared(String name) {
    Promise<Void> compared = Promise.promise();
    if (closed) {
      compared.complete();
    } else {
      ask(name, gossip.question(), compared);
    }
    return compared.future();
  }

  private void ask(String name, byte[] question, Promise<Void> compared) {
    Listen.to(
        asking.ask(name, question),
        loop,
        answer -> answered(name, answer, compared),
        e -> compared.complete());
  }

  private void answered(String name, byte[] answer, Promise<Void> compared) {
    if (closed) {
      compared.complete();
      return;
    }
    try {
      Optional<byte[]> next = gossip.answered(name, answer, clock.nanos());
      act();
      if (next.isPresent()) {
        ask(name, next.get(), compared);
      } else {
        known();
        compared.complete();
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("member {} answers what cannot be read: {}", name, e.getMessage());
      compared.complete();
    }
  }

  /** Another member knows this one by now, unless its name is taken. */
  private void known() {
    if (gossip.hasRival()) {
      loop.after(RIVAL_MILLIS, introduced::tryComplete);
    } else {
      introduced.tryComplete();
    }
  }

  /**
   * Completes when another member knows this one, or after this time; fails with {@link
   * NameTakenException} if a running node has its name.
   */
  public Future<Void> introduced(long millis) {
    loop.after(millis, introduced::tryComplete);
    return introduced.future();
  }

  /**
   * Answers another member's question.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  public byte[] answer(String from, byte[] question) {
    byte[] answer = gossip.answer(from, question, clock.nanos());
    act();
    return answer;
  }

  /** A connection with the member broke: it may have died. */
  public void check(String name) {
    gossip.check(name);
  }

  /**
   * Tells the others that this node is about to stop. Completes when all that can be reached know:
   * they choose it only where nobody else is left.
   */
  public Future<Void> drain() {
    Member self = gossip.self();
    if (!closed && !self.draining()) {
      gossip.describe(
          new Member(
              self.name(), self.id(), self.address(), self.http(), self.zone(), self.epoch(), true),
          clock.nanos());
      act();
    }
    return Future.join(
            views.stream()
                .filter(view -> view.state().isLiving())
                .map(view -> view.member().name())
                .filter(name -> !name.equals(self.name()))
                .map(this::compared)
                .toList())
        .mapEmpty();
  }

  /**
   * Takes up a newer state of the cluster: looks for its nodes, and tells that it is known here.
   */
  public void meet(ClusterState state) {
    if (closed) {
      return;
    }
    nodes =
        Stream.concat(state.nodes().stream(), state.ring().members().stream())
            .map(org.quorate.ring.Member::name)
            .collect(Collectors.toSet());
    Member self = gossip.self();
    state.nodes().stream()
        .map(node -> View.seed(node.name(), node.peer(), node.zone()))
        .forEach(node -> gossip.meet(node, clock.nanos()));
    gossip.describe(
        new Member(
            self.name(),
            self.id(),
            self.address(),
            self.http(),
            self.zone(),
            state.epoch(),
            self.draining()),
        clock.nanos());
    views = gossip.views();
    act();
  }

  /** Says good-bye. */
  public void leave() {
    if (!closed) {
      gossip.leave(clock.nanos());
      act();
      closed = true;
    }
  }

  /** What is believed of this node; may be called from any thread. */
  public Standing standing(String name) {
    return standings.computeIfAbsent(name, none -> new Standing());
  }

  /** All members known, this node among them; may be called from any thread. */
  public List<View> views() {
    return views.stream().filter(view -> nodes.contains(view.member().name())).toList();
  }

  long count(State state) {
    return views().stream().filter(view -> view.state() == state).count();
  }

  int doubts() {
    return gossip.doubts();
  }

  int rumours() {
    return gossip.rumours();
  }
}
