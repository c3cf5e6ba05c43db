package org.quorate.bench.staleness;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The probability that a read sees a write, from the latencies of replicas: probabilistically
 * bounded staleness (Bailis, Venkataraman, Franklin, Hellerstein, Stoica, PVLDB 5(8), 2012).
 *
 * <p>Their four delays are: W, from the coordinator to a replica's log, and A, back; R, to the
 * read's replica, and S, back. A write is acknowledged when the w-th of W + A has passed. A read
 * that begins t later misses it if at each of its replicas R comes before W: W &gt; (W +
 * A)<sub>w</sub> + gap + t + R. The gap is the way of the acknowledgement to the client and of the
 * read to its node, which together are as long as a read that no other node has to be asked for.
 *
 * <p>Other than theirs, all delays of one moment are drawn together, as they were measured
 * together: a pause of one node delays what it writes and what it is asked, and drawing them apart
 * would predict more fresh reads at first and more stale ones later than there are.
 */
final class Pbs {
  /** How often the other replicas of a read are drawn for each sample. */
  private static final int DRAWS = 16;

  private Pbs() {}

  /**
   * The share of samples in which the read is fresh.
   *
   * @param flight the way of an answer between nodes, nanoseconds
   * @param r replicas that are read, w that acknowledge
   * @return 0 to 1
   */
  static double fresh(
      List<ReplicaTimes.Sample> samples, long flight, int r, int w, SplittableRandom random) {
    int fresh = 0;
    for (ReplicaTimes.Sample sample : samples) {
      for (int draw = 0; draw < DRAWS; draw++) {
        fresh += isFresh(sample, flight, r, w, random) ? 1 : 0;
      }
    }
    return (double) fresh / (samples.size() * DRAWS);
  }

  /** The read's node is any replica but the coordinator; it asks itself, and r - 1 others. */
  private static boolean isFresh(
      ReplicaTimes.Sample sample, long flight, int r, int w, SplittableRandom random) {
    long[] acked = sample.acked();
    long[] sorted = acked.clone();
    Arrays.sort(sorted);
    long read = sorted[w - 1] + sample.waited() + sample.read();
    int[] order = shuffled(acked.length, random);
    for (int i = 0; i < r; i++) {
      int replica = order[i];
      long back = replica == 0 ? 0 : flight;
      long there = i == 0 ? 0 : flight;
      if (acked[replica] - back <= read + there) {
        return true;
      }
    }
    return false;
  }

  /** Replicas in random order, the coordinator not first. */
  private static int[] shuffled(int replicas, SplittableRandom random) {
    int[] order = new int[replicas];
    for (int i = 0; i < replicas; i++) {
      order[i] = i;
    }
    for (int i = 0; i < replicas - 1; i++) {
      int other = random.nextInt(Math.max(1, i), replicas);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }
}
