package org.quorate.sim;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.quorate.sim.KeyHistory.Style;

/**
 * What a seed makes of a run: the cluster, its load, and which faults there are.
 *
 * @param n owners of each key
 * @param loops event loops of a node
 * @param cacheBytes 0 or enough for everything, because what is evicted in between is left to
 *     chance
 * @param segmentBytes of the log
 * @param hints whether nodes keep hints
 * @param compareMillis between comparisons of co-owners
 * @param styles of the keys, one each
 * @param thinkNanos between two requests of a client, on average
 * @param faultNanos between two faults, on average
 * @param seconds of the first phase
 */
record Profile(
    int nodes,
    int n,
    int partitions,
    int loops,
    long cacheBytes,
    int segmentBytes,
    boolean hints,
    int compareMillis,
    List<Style> styles,
    int clients,
    long thinkNanos,
    Set<Fault> faults,
    long faultNanos,
    int seconds) {
  /** Faults that leave owners different while the ring changes, and cost no disk; seldom mended. */
  private static final Set<Fault> ELASTIC =
      EnumSet.of(
          Fault.CUT,
          Fault.FLAP,
          Fault.CLOG,
          Fault.FRAMES,
          Fault.RESET,
          Fault.SLOW_WAY,
          Fault.KILL,
          Fault.PAUSE,
          Fault.SLOW_DISK,
          Fault.SLOW_NODE,
          Fault.JOIN,
          Fault.LEAVE,
          Fault.ABORT);

  /** A damaged key that has one owner stays unreadable, so bits flip only where there are more. */
  static Profile draw(SplittableRandom random) {
    int nodes = 3 + random.nextInt(5);
    int n = random.nextInt(4) > 0 ? 3 : 1 + random.nextInt(Math.min(5, nodes));
    List<Style> styles = new ArrayList<>();
    int keys = 1 + random.nextInt(6);
    for (int i = 0; i < keys; i++) {
      styles.add(Style.values()[random.nextInt(Style.values().length)]);
    }
    boolean isElastic = random.nextInt(3) == 0;
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    double share = random.nextDouble();
    for (Fault fault : Fault.values()) {
      boolean isChosen = random.nextDouble() < share * fault.weight;
      if (isElastic
          ? ELASTIC.contains(fault) && (isChosen || fault == Fault.JOIN || fault == Fault.LEAVE)
          : isChosen) {
        faults.add(fault);
      }
    }
    if (n == 1) {
      faults.remove(Fault.FLIP);
    }
    return new Profile(
        nodes,
        n,
        1 + random.nextInt(isElastic ? 4 : 16),
        1 + random.nextInt(2),
        random.nextBoolean() ? 0 : 64 << 20,
        512 << random.nextInt(8),
        !isElastic && random.nextInt(8) > 0,
        isElastic ? 30_000 : 1000,
        styles,
        2 + random.nextInt(7),
        (20L + random.nextInt(300)) * SimTime.MILLI,
        faults,
        (100L + random.nextInt(3000)) * SimTime.MILLI,
        10 + random.nextInt(30));
  }
}
