package org.quorate.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.bench.work.Payload;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Siblings;
import org.quorate.version.Version;

/**
 * The ledger against a model of the store: three replicas of one key that hold the node's own
 * siblings, clients that read, write, delete, and a network that delays and loses. A right store
 * must pass whatever happens; a wrong one must be caught.
 */
class LedgerModelTest {
  private static final int SEEDS = 2000;
  private static final int RUN = 9;
  private static final long KEY = 3;

  /** What the modelled store does wrong. */
  private enum Fault {
    NONE,
    /** Acknowledges and does not write. */
    DROPS,
    /** Reads one replica and calls it two. */
    READS_ONE,
    /** Keeps the write that came last, not siblings. */
    LAST_WINS
  }

  private record Event(long at, Runnable what) {}

  private static final class World {
    private final SplittableRandom random;
    private final Fault fault;
    private final Payload payload = new Payload(RUN);
    private final Ledger ledger = new Ledger(RUN, 0, 10_000, Claims.of(3, 2, 2, false));
    private final Siblings[] replicas = {Siblings.EMPTY, Siblings.EMPTY, Siblings.EMPTY};
    private final long[] minted = new long[3];
    private final PriorityQueue<Event> events =
        new PriorityQueue<>(Comparator.comparingLong(Event::at));
    private long now;

    World(long seed, Fault fault) {
      this.random = new SplittableRandom(seed);
      this.fault = fault;
    }

    private void after(long delay, Runnable what) {
      events.add(new Event(now + delay, what));
    }

    /** Long enough to overlap with others, and now and then very long. */
    private long delay() {
      return 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 20);
    }

    void run() {
      for (int client = 0; client < 4; client++) {
        after(delay(), () -> act(30));
      }
      while (!events.isEmpty()) {
        Event next = events.poll();
        now = next.at;
        next.what.run();
      }
      now += 1000;
      ledger.readLast(KEY, now, now + 1, values(all()), false);
    }

    private Siblings all() {
      return replicas[0].merge(replicas[1]).merge(replicas[2]);
    }

    private void act(int left) {
      if (left == 0) {
        return;
      }
      Runnable next = () -> after(delay(), () -> act(left - 1));
      switch (random.nextInt(8)) {
        case 0 -> delete(next);
        case 1, 2 -> write(null, null, next);
        case 3, 4 -> read((context, seen) -> write(context, seen, next));
        default -> read((context, seen) -> next.run());
      }
    }

    private interface AfterRead {
      void then(CausalContext context, Ledger.Context seen);
    }

    private void read(AfterRead after) {
      long start = now;
      int first = random.nextInt(3);
      int second = fault == Fault.READS_ONE ? first : (first + 1 + random.nextInt(2)) % 3;
      after(
          delay(),
          () -> {
            Siblings one = replicas[first];
            after(
                delay(),
                () -> {
                  Siblings both = one.merge(replicas[second]);
                  after(
                      delay(),
                      () -> {
                        merge(first, both);
                        merge(second, both);
                        after(
                            delay(),
                            () ->
                                after.then(
                                    both.context(), ledger.read(KEY, start, now, values(both))));
                      });
                });
          });
    }

    private List<byte[]> values(Siblings state) {
      return state.versions().stream()
          .filter(version -> !version.deleted())
          .map(Version::value)
          .toList();
    }

    private void merge(int replica, Siblings state) {
      replicas[replica] =
          fault == Fault.LAST_WINS && !state.versions().isEmpty()
              ? state
              : replicas[replica].merge(state);
    }

    private void write(CausalContext context, Ledger.Context seen, Runnable next) {
      Ledger.Pending pending = ledger.write(KEY, now, seen);
      byte[] value = payload.encode(0, KEY, pending.sequence, 80);
      if (fault == Fault.DROPS && random.nextInt(20) == 0) {
        after(
            delay(),
            () -> {
              pending.acknowledged(now);
              next.run();
            });
        return;
      }
      after(delay(), () -> mint(context, value, pending, next));
    }

    private void delete(Runnable next) {
      Ledger.Pending pending = ledger.delete(KEY, now);
      int first = random.nextInt(3);
      int second = (first + 1 + random.nextInt(2)) % 3;
      after(
          delay(),
          () -> {
            Siblings one = replicas[first];
            after(delay(), () -> mint(one.merge(replicas[second]).context(), null, pending, next));
          });
    }

    /** At one replica, then on its way to the others; a null value is a tombstone. */
    private void mint(CausalContext context, byte[] value, Ledger.Pending pending, Runnable next) {
      int at = random.nextInt(3);
      Dot dot = new Dot(at + 1, ++minted[at]);
      Version version =
          value == null ? Version.tombstone(dot, 0) : new Version(dot, 0, false, List.of(), value);
      CausalContext seen = context == null ? replicas[at].context() : context;
      replicas[at] = replicas[at].write(seen, version);
      Siblings state = replicas[at];
      int[] acknowledgements = {1};
      for (int other = 0; other < 3; other++) {
        if (other != at && random.nextInt(4) != 0) {
          int to = other;
          after(
              delay(),
              () -> {
                merge(to, state);
                if (++acknowledgements[0] == 2) {
                  after(delay(), () -> pending.acknowledged(now));
                }
              });
        }
      }
      after(
          700,
          () -> {
            if (acknowledgements[0] < 2) {
              pending.unknown(now);
            }
          });
      after(delay(), next);
    }
  }

  @Test
  void aRightStoreIsNeverAccused() {
    long reads = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      World world = new World(seed, Fault.NONE);
      world.run();
      assertEquals(
          0, world.ledger.findings().total(), seed + ": " + world.ledger.findings().examples());
      reads += world.ledger.reads();
    }
    assertTrue(reads > 20L * SEEDS, "only " + reads + " reads");
  }

  @Test
  void aStoreThatDropsWritesIsCaught() {
    List<Finding> found = found(Fault.DROPS);
    assertTrue(found.contains(Finding.STALE) && found.contains(Finding.LOST), found.toString());
  }

  @Test
  void aStoreThatReadsTooFewReplicasIsCaught() {
    List<Finding> found = found(Fault.READS_ONE);
    assertTrue(found.contains(Finding.STALE), found.toString());
    assertTrue(found.contains(Finding.BACK_IN_TIME), found.toString());
  }

  @Test
  void aStoreWhereTheLastWriteWinsIsCaught() {
    List<Finding> found = found(Fault.LAST_WINS);
    assertTrue(found.contains(Finding.LOST), found.toString());
  }

  private static List<Finding> found(Fault fault) {
    List<Finding> found = new ArrayList<>();
    for (long seed = 0; seed < 200; seed++) {
      World world = new World(seed, fault);
      world.run();
      for (Finding finding : Finding.values()) {
        if (world.ledger.findings().count(finding) > 0) {
          found.add(finding);
        }
      }
    }
    return found;
  }
}
