package org.quorate.bench.staleness;

import java.util.ArrayList;
import java.util.List;

/** How long replicas took, nanoseconds, as far as it was measured. */
public final class ReplicaTimes {
  private final List<List<Sample>> samples = new ArrayList<>();
  private final List<Long> narrow = new ArrayList<>();
  private final List<Long> wide = new ArrayList<>();

  /**
   * A write for which the coordinator waited for all replicas, and a read that went on at the time.
   *
   * @param acked when each acknowledged, the coordinator's own first, from the start of the write
   * @param waited from another write's acknowledgement, sent together with this one, to the read
   * @param read how long that took; one replica answered it, the one that was asked
   */
  public record Sample(long[] acked, long waited, long read) {}

  public ReplicaTimes() {
    Freshness.DELAYS.forEach(delay -> samples.add(new ArrayList<>()));
  }

  /**
   * @param index of the delay after which the read began
   */
  public synchronized void add(int index, Sample sample) {
    samples.get(index).add(sample);
  }

  /** The same read in turn, of one replica and of two. */
  public synchronized void read(long ofOne, long ofTwo) {
    narrow.add(ofOne);
    wide.add(ofTwo);
  }

  synchronized List<Sample> of(int index) {
    return List.copyOf(samples.get(index));
  }

  /** Half of what asking another replica adds to a read: the way of an answer between nodes. */
  synchronized long flight() {
    return Math.max(0, (median(wide) - median(narrow)) / 2);
  }

  private static long median(List<Long> values) {
    long[] sorted = values.stream().mapToLong(value -> value).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }
}
