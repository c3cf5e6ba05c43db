package org.quorate.gossip;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;

/**
 * Many members under one clock, in one thread, from one seed: what each of them sends takes a while
 * and may be lost; connections lose nothing but break with the cut.
 */
final class SimMembers {
  static final long MILLI = 1_000_000;
  static final long SECOND = 1000 * MILLI;
  static final long CLUSTER = 77;
  private static final int QUEUED_DATAGRAMS = 200;

  private record Event(long at, long number, Runnable run) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
    }
  }

  /** Told when a member changes its mind about another. */
  interface Watch {
    void changed(Sim at, View view, long now);
  }

  /** One member's process. */
  final class Sim {
    final int index;
    final String name;
    Gossip gossip;
    boolean crashed;
    boolean paused;
    boolean nameTaken;
    double loss;
    private long tickAt = Long.MAX_VALUE;
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    private Sim(int index, String name) {
      this.index = index;
      this.name = name;
    }

    private void schedule() {
      long due = Math.max(now + 1, gossip.dueNanos());
      if (due < tickAt) {
        tickAt = due;
        at(due, () -> ticked(due));
      }
    }

    private void ticked(long due) {
      if (due == tickAt && !paused && !crashed) {
        tickAt = Long.MAX_VALUE;
        gossip.tick(now);
        act();
      }
    }

    private void run(Runnable task) {
      if (crashed) {
        return;
      }
      if (paused) {
        if (waiting.size() < QUEUED_DATAGRAMS) {
          waiting.add(task);
        }
        return;
      }
      task.run();
      act();
    }

    void act() {
      for (Effect effect : gossip.effects()) {
        if (effect instanceof Effect.Send send) {
          send(this, send);
        } else if (effect instanceof Effect.Changed changed) {
          watch.changed(this, changed.view(), now);
        } else if (effect instanceof Effect.Compare compare) {
          ask(this, compare.address(), gossip.question());
        } else if (effect instanceof Effect.NameTaken) {
          nameTaken = true;
        }
      }
      schedule();
    }

    void pause() {
      paused = true;
    }

    void resume() {
      paused = false;
      tickAt = Long.MAX_VALUE;
      List<Runnable> tasks = List.copyOf(waiting);
      waiting.clear();
      tasks.forEach(this::run);
      act();
    }

    void crash() {
      crashed = true;
    }

    State believes(String of) {
      return gossip.view(of).map(View::state).orElse(State.DEAD);
    }
  }

  final List<Sim> members = new ArrayList<>();
  final SplittableRandom random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Timing timing = Timing.standard();
  private long numbers;
  long now;
  long datagrams;
  long datagramBytes;
  long connectionBytes;
  double loss;
  BiPredicate<Sim, Sim> isCut = (from, to) -> false;
  BiConsumer<Integer, Integer> probed = (from, to) -> {};
  Watch watch = (at, view, time) -> {};

  SimMembers(long seed) {
    random = new SplittableRandom(seed);
  }

  /** So many members that know each other already. */
  static SimMembers settled(int count, long seed) {
    SimMembers sim = new SimMembers(seed);
    List<View> known = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      known.add(new View(member(i, i + 1), State.ALIVE, 1, "", 0));
    }
    for (int i = 0; i < count; i++) {
      sim.start(i, i + 1, 1, known);
    }
    return sim;
  }

  /** So many members that have only each other's addresses. */
  static SimMembers strangers(int count, long seed) {
    SimMembers sim = new SimMembers(seed);
    for (int i = 0; i < count; i++) {
      sim.start(i, i + 1, 1, sim.seeds(count));
    }
    return sim;
  }

  List<View> seeds(int count) {
    List<View> seeds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seeds.add(View.seed("m" + i, "" + i, ""));
    }
    return seeds;
  }

  static Member member(int index, long id) {
    return new Member("m" + index, id, "" + index, "h" + index, "", 1, false);
  }

  Sim start(int index, long id, long incarnation, List<View> known) {
    return start(index, member(index, id), incarnation, known);
  }

  /** Starts a process at an address, in place of the one that was there. */
  Sim start(int address, Member self, long incarnation, List<View> known) {
    Sim sim = new Sim(address, self.name());
    SplittableRandom bits = random.split();
    sim.gossip = new Gossip(CLUSTER, self, incarnation, known, timing, bits, now);
    if (address < members.size()) {
      members.set(address, sim);
    } else {
      members.add(sim);
    }
    sim.schedule();
    return sim;
  }

  void at(long time, Runnable run) {
    events.add(new Event(time, numbers++, run));
  }

  void after(long nanos, Runnable run) {
    at(now + nanos, run);
  }

  void runUntil(long end) {
    while (!events.isEmpty() && events.peek().at() <= end) {
      Event event = events.poll();
      now = event.at();
      event.run().run();
    }
    now = end;
  }

  private long trip() {
    return MILLI / 5 + random.nextLong(MILLI);
  }

  private void send(Sim from, Effect.Send send) {
    if (send.datagram().length > Packet.MAX_BYTES) {
      throw new AssertionError(send.datagram().length + " bytes in a datagram");
    }
    datagrams++;
    datagramBytes += send.datagram().length;
    int address = Integer.parseInt(send.address());
    if (send.datagram()[Packet.KIND_AT] == 0) {
      probed.accept(from.index, address);
    }
    if (address >= members.size()) {
      return;
    }
    Sim to = members.get(address);
    double survives = (1 - loss) * (1 - from.loss) * (1 - to.loss);
    if (isCut.test(from, to) || random.nextDouble() >= survives) {
      return;
    }
    String source = "" + from.index;
    after(
        trip(),
        () ->
            members
                .get(address)
                .run(() -> members.get(address).gossip.receive(now, source, send.datagram())));
  }

  private void ask(Sim from, String address, byte[] question) {
    connectionBytes += question.length;
    Sim to = members.get(Integer.parseInt(address));
    if (isCut.test(from, to) || isCut.test(to, from)) {
      return;
    }
    after(
        trip(),
        () ->
            to.run(
                () -> {
                  byte[] answer = to.gossip.answer(from.name, question, now);
                  connectionBytes += answer.length;
                  after(trip(), () -> from.run(() -> take(from, to, answer)));
                }));
  }

  private void take(Sim from, Sim to, byte[] answer) {
    Optional<byte[]> next = from.gossip.answered(to.name, answer, now);
    next.ifPresent(question -> ask(from, "" + to.index, question));
  }

  boolean allBelieve(State state, String of) {
    for (Sim sim : members) {
      if (!sim.crashed && !sim.name.equals(of) && sim.believes(of) != state) {
        return false;
      }
    }
    return true;
  }

  /** Everyone who runs believes everyone alive who runs, and nobody else. */
  boolean isOneCluster() {
    for (Sim sim : members) {
      if (sim.crashed ? !allGone(sim.name) : !allBelieve(State.ALIVE, sim.name)) {
        return false;
      }
    }
    return true;
  }

  private boolean allGone(String name) {
    return members.stream().allMatch(sim -> sim.crashed || !sim.believes(name).isLiving());
  }

  /** Who does not believe that everyone lives. */
  @Override
  public String toString() {
    StringBuilder doubts = new StringBuilder();
    for (Sim sim : members) {
      for (View view : sim.gossip.views()) {
        if (view.state() != State.ALIVE) {
          doubts.append('\n').append(sim.name).append(" believes ").append(view);
        }
      }
    }
    return doubts.toString();
  }
}
