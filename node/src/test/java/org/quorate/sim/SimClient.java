package org.quorate.sim;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.quorate.Node;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.Coordinator.Terms;
import org.quorate.coordinator.ReadResult;
import org.quorate.replica.Write;
import org.quorate.sim.KeyHistory.Style;
import org.quorate.version.CausalContext;
import org.quorate.version.ContextToken;
import org.quorate.version.Version;

/**
 * A client that asks any node, one request after the other, and gives up on an answer some time
 * after its deadline. It knows only what answers told it.
 */
final class SimClient {
  private static final byte[] NOTHING = {};
  private static final int MOST_ELEMENTS = 500;
  private static final int LARGE_FROM = 1000;

  /** What the client has seen of a key: a context, and what that includes. */
  private record Seen(CausalContext context, BitSet dots, BitSet elements) {
    static final Seen NOTHING = new Seen(CausalContext.EMPTY, new BitSet(), new BitSet());
  }

  private final int number;
  private final SimTime time;
  private final SplittableRandom random;
  private final Profile profile;
  private final List<SimMachine> machines;
  private final Checker checker;
  private final BooleanSupplier mayGoOn;
  private final Map<KeyHistory, Seen> remembered = new HashMap<>();

  /**
   * @param number from 1000 on for one that writes large values
   * @param mayGoOn asked before each request
   */
  SimClient(
      int number,
      SimTime time,
      SplittableRandom random,
      Profile profile,
      List<SimMachine> machines,
      Checker checker,
      BooleanSupplier mayGoOn) {
    this.number = number;
    this.time = time;
    this.random = random;
    this.profile = profile;
    this.machines = machines;
    this.checker = checker;
    this.mayGoOn = mayGoOn;
  }

  /** Thinks, then works on some key. */
  void next() {
    time.after(random.nextLong(2 * profile.thinkNanos()), this::work);
  }

  /** Works on some key now. */
  void work() {
    if (!mayGoOn.getAsBoolean()) {
      return;
    }
    List<KeyHistory> keys = checker.keys();
    KeyHistory key = keys.get(random.nextInt(keys.size()));
    int majority = profile.n() / 2 + 1;
    switch (key.style) {
      case BLIND -> {
        if (random.nextBoolean()) {
          put(key, anyQuorum(), false, null, seen -> next());
        } else {
          read(key, anyQuorum(), false, seen -> next());
        }
      }
      case ADD -> read(key, majority, false, seen -> add(key, majority, seen));
      case RECREATE -> {
        if (random.nextInt(4) == 0) {
          deleteSeen(key, majority);
        } else {
          read(key, majority, false, seen -> change(key, majority, false, seen));
        }
      }
      case CONFLICT -> conflict(key, majority);
      case MIXED -> mixed(key);
    }
  }

  private void conflict(KeyHistory key, int majority) {
    Seen old = remembered.getOrDefault(key, Seen.NOTHING);
    switch (random.nextInt(4)) {
      case 0 -> put(key, majority, false, Seen.NOTHING, seen -> next());
      case 1 -> put(key, majority, false, old, seen -> next());
      default ->
          read(
              key,
              majority,
              false,
              seen -> {
                if (seen != null) {
                  remembered.put(key, seen);
                }
                change(key, majority, false, seen);
              });
    }
  }

  private int anyQuorum() {
    return random.nextInt(3) == 0 ? profile.n() / 2 + 1 : 1 + random.nextInt(profile.n());
  }

  private void mixed(KeyHistory key) {
    boolean sloppy = random.nextInt(4) == 0 && profile.hints(); // Else nothing is handed back.
    switch (random.nextInt(5)) {
      case 0 -> put(key, anyQuorum(), sloppy, null, seen -> next());
      case 1 -> put(key, anyQuorum(), sloppy, Seen.NOTHING, seen -> next());
      case 2 -> read(key, anyQuorum(), sloppy, seen -> next());
      case 3 -> deleteSeen(key, anyQuorum());
      default -> read(key, anyQuorum(), sloppy, seen -> change(key, anyQuorum(), sloppy, seen));
    }
  }

  /** Adds to the set that was read; often goes on from the answer's context. */
  private void add(KeyHistory key, int w, @Nullable Seen seen) {
    if (seen == null || seen.elements().cardinality() > MOST_ELEMENTS) {
      next();
    } else {
      put(
          key,
          w,
          false,
          seen,
          then -> {
            if (then != null && random.nextInt(3) == 0) {
              add(key, w, then);
            } else {
              next();
            }
          });
    }
  }

  private void change(KeyHistory key, int w, boolean sloppy, @Nullable Seen seen) {
    if (seen == null) {
      next();
    } else if (random.nextInt(3) == 0) {
      delete(key, w, sloppy, seen);
    } else {
      put(key, w, sloppy, seen, then -> next());
    }
  }

  /** The context as a client carries it. */
  private static CausalContext carried(KeyHistory key, CausalContext context) {
    return ContextToken.decode(key.key, ContextToken.encode(key.key, context));
  }

  void read(KeyHistory key, int r, boolean sloppy, Consumer<@Nullable Seen> then) {
    readResult(key, r, sloppy, result -> then.accept(result == null ? null : seen(key, result)));
  }

  /** Reads the key and hands on the result, null if the read failed. */
  void readResult(KeyHistory key, int r, boolean sloppy, Consumer<@Nullable ReadResult> then) {
    SimMachine machine = machines.get(random.nextInt(machines.size()));
    Op op = checker.begin(Op.Kind.READ, key, number, machine.name(), r, sloppy, null, new BitSet());
    Terms terms = terms(r, sloppy);
    call(
        machine,
        op,
        terms,
        coordinator -> coordinator.read(key.key, terms),
        result -> {
          if (result != null) {
            checker.read(op, result);
          }
          then.accept(result);
        });
  }

  private static Seen seen(KeyHistory key, ReadResult result) {
    BitSet dots = new BitSet();
    BitSet elements = new BitSet();
    for (Version version : result.state().siblings().versions()) {
      elements.or(Values.elements(version));
      dots.set(key.numberOf(version.dot()));
      Op writer = key.writers.get(version.dot());
      if (writer != null) {
        dots.or(writer.ancestors);
      }
    }
    return new Seen(carried(key, result.state().siblings().context()), dots, elements);
  }

  private Terms terms(int quorum, boolean sloppy) {
    long timeout = (20L << random.nextInt(8)) * SimTime.MILLI;
    return new Terms(profile.n(), quorum, sloppy, timeout, Span.getInvalid());
  }

  private void put(
      KeyHistory key, int w, boolean sloppy, @Nullable Seen seen, Consumer<@Nullable Seen> then) {
    SimMachine machine = machines.get(random.nextInt(machines.size()));
    Op op = begin(Op.Kind.PUT, key, machine, w, sloppy, seen);
    BitSet elements = new BitSet();
    if (key.style == Style.ADD && seen != null) {
      elements.or(seen.elements());
      elements.set(op.number);
    }
    boolean mayPileUp = key.style == Style.ADD || key.style == Style.CONFLICT;
    boolean isLarge = random.nextInt(20) == 0 || (number >= LARGE_FROM && !mayPileUp);
    int padding = random.nextInt(isLarge ? 4_000 : 100);
    byte[] value = Values.of(op.number, elements, padding);
    write(
        machine,
        op,
        new Write(op.seen, false, List.of(), value),
        elements,
        result -> {
          if (result == null && random.nextInt(3) == 0) {
            put(key, w, sloppy, seen, then);
          } else {
            then.accept(result);
          }
        });
  }

  private void delete(KeyHistory key, int w, boolean sloppy, Seen seen) {
    SimMachine machine = machines.get(random.nextInt(machines.size()));
    Op op = begin(Op.Kind.DELETE, key, machine, w, sloppy, seen);
    write(machine, op, new Write(op.seen, true, List.of(), NOTHING), new BitSet(), to -> next());
  }

  private Op begin(
      Op.Kind kind, KeyHistory key, SimMachine machine, int w, boolean sloppy, @Nullable Seen by) {
    return checker.begin(
        kind,
        key,
        number,
        machine.name(),
        w,
        sloppy,
        by == null ? null : by.context(),
        by == null ? new BitSet() : by.dots());
  }

  private void write(
      SimMachine machine, Op op, Write write, BitSet elements, Consumer<@Nullable Seen> then) {
    Terms terms = terms(op.quorum, op.sloppy);
    call(
        machine,
        op,
        terms,
        coordinator -> coordinator.write(op.key.key, write, terms),
        result -> {
          if (result == null) {
            then.accept(null);
            return;
          }
          checker.written(op, result);
          BitSet dots = (BitSet) op.ancestors.clone();
          dots.set(op.key.numberOf(op.dot));
          then.accept(new Seen(carried(op.key, result.context()), dots, elements));
        });
  }

  private void deleteSeen(KeyHistory key, int quorum) {
    SimMachine machine = machines.get(random.nextInt(machines.size()));
    Op op = begin(Op.Kind.DELETE_SEEN, key, machine, quorum, false, null);
    Terms terms = terms(quorum, false);
    call(
        machine,
        op,
        terms,
        coordinator -> coordinator.deleteWhatIsSeen(key.key, quorum, terms),
        result -> {
          if (result != null) {
            checker.written(op, result);
          }
          next();
        });
  }

  /** Sends a request over a network of its own, which loses an answer now and then. */
  private <T> void call(
      SimMachine machine,
      Op op,
      Terms terms,
      Function<Coordinator, Future<T>> request,
      Consumer<@Nullable T> then) {
    Runnable giveUp =
        () -> {
          if (op.outcome == Op.Outcome.OPEN) {
            checker.failed(op, null);
            then.accept(null);
          }
        };
    long patience = terms.timeoutNanos() + 100 * SimTime.MILLI;
    time.after(random.nextInt(10) == 0 ? patience / 2 : patience, giveUp);
    time.after(
        random.nextLong(SimTime.MILLI),
        () -> {
          SimProcess process = machine.process();
          Node node = machine.ready();
          if (op.outcome != Op.Outcome.OPEN) {
            return;
          }
          if (node == null || process == null) {
            checker.refused(op);
            then.accept(null);
            return;
          }
          machine.requests++;
          process.after(0, () -> serve(process, machine, node, op, request, then));
        });
  }

  private <T> void serve(
      SimProcess process,
      SimMachine machine,
      Node node,
      Op op,
      Function<Coordinator, Future<T>> request,
      Consumer<@Nullable T> then) {
    Coordinator coordinator = node.coordinator(op.key.key);
    coordinator
        .loop()
        .execute(
            () ->
                request
                    .apply(coordinator)
                    .onComplete(
                        done -> {
                          if (process.isAlive()) {
                            machine.requests--;
                          }
                          if (random.nextInt(50) > 0) {
                            time.after(
                                random.nextLong(SimTime.MILLI),
                                () -> answered(op, done.result(), done.cause(), then));
                          }
                        }));
  }

  private <T> void answered(
      Op op, @Nullable T result, @Nullable Throwable problem, Consumer<@Nullable T> then) {
    if (op.outcome == Op.Outcome.OPEN) {
      if (problem != null) {
        checker.failed(op, problem);
      }
      then.accept(result);
    }
  }
}
