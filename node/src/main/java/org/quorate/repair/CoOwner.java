package org.quorate.repair;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.quorate.replica.Partition;

/** All that one loop shares with one co-owner. Used on that loop. */
final class CoOwner {
  private static final int PATIENT_ROUNDS = 2;

  final String name;
  final Map<Integer, Pair> pairs = new TreeMap<>();
  boolean isAsked;

  /** All pairs that both own were equal then or later; may be read from any thread. */
  volatile long equalNanos;

  CoOwner(String name) {
    this.name = name;
  }

  /**
   * @param now what counts where there are no pairs
   */
  void age(long now) {
    equalNanos = pairs(false).mapToLong(pair -> pair.equalNanos).min().orElse(now);
  }

  /**
   * @param copies whether those are meant that this node is to copy, and not those that both own
   */
  Stream<Pair> pairs(boolean copies) {
    return pairs.values().stream()
        .filter(pair -> !pair.partition.isNewcomer(name))
        .filter(pair -> pair.partition.isNewcomer() == copies);
  }

  /**
   * Whether its roots are what the transition waits for: what is known to differ is copied before
   * it is compared again, but what settles, or differs from a co-owner with gaps, may wait for the
   * co-owner to be whole.
   */
  boolean isToBeAsked() {
    return pairs.values().stream()
        .filter(Pair::isWaitedFor)
        .anyMatch(pair -> !pair.differs || !pair.isWhole || !pair.partition.isCopied());
  }

  /** What is known of one partition at one co-owner. */
  static final class Pair {
    final Partition partition;
    boolean differs;
    boolean isWhole;

    /** Since its start this node had, once, all that the co-owner had then. */
    boolean isCovered;

    /** It had gaps when it was last exchanged with. */
    boolean mayBeOld;

    /** The epoch under which the last such comparison began. */
    private long coveredEpoch;

    boolean isExchanged;
    private boolean isSource;
    int rounds;
    int futile;
    int exchanges;
    long sinceNanos;
    long equalNanos;

    Pair(Partition partition, long now) {
      this.partition = partition;
      this.equalNanos = now;
    }

    /** What it had before it became a source is not all that a source must have. */
    void source(boolean now) {
      if (now && !isSource) {
        isCovered = false;
        coveredEpoch = 0;
      }
      isSource = now;
    }

    /** What others lack they fetch themselves: to look here again and again finds nothing. */
    boolean isDue() {
      return rounds >= PATIENT_ROUNDS << futile;
    }

    /** This node has all that the co-owner had under this epoch. */
    void covered(long epoch) {
      isCovered = true;
      coveredEpoch = Math.max(coveredEpoch, epoch);
    }

    /** Whether this node has had all that the co-owner had since the partition settles. */
    boolean isConfirmed() {
      return coveredEpoch >= partition.settlingSince();
    }

    /** The partition's move waits for a comparison. */
    boolean isWaitedFor() {
      return partition.isNewcomer() && isSource && !(isCovered && isConfirmed());
    }

    void equal(long now, long epoch) {
      equalNanos = now;
      differs = false;
      futile = 0;
      exchanges = 0;
      covered(epoch);
      rounds = 0;
    }

    void differs(long now) {
      if (!differs) {
        sinceNanos = now;
      }
      differs = true;
      rounds++;
    }
  }
}
