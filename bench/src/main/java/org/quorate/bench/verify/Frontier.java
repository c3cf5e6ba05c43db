package org.quorate.bench.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * The writes of a key that reads have to reflect, without those that are reflected wherever another
 * one is. Small: as many as writes overlap.
 */
final class Frontier {
  /** A write that must be reflected by reads that begin after {@code since}, until dominated. */
  static final class Entry {
    final Write write;
    final long since;
    private long dominated = Long.MAX_VALUE;

    /** The end of the first read that showed the effect; for deletes. */
    long gone = Long.MAX_VALUE;

    Entry(Write write, long since) {
      this.write = write;
      this.since = since;
    }

    boolean isFor(long readStart) {
      return since < readStart && dominated >= readStart;
    }
  }

  private final List<Entry> entries = new ArrayList<>(2);
  private final BiPredicate<Write, Write> dominates;

  /**
   * @param dominates whether a read that reflects the first must reflect the second
   */
  Frontier(BiPredicate<Write, Write> dominates) {
    this.dominates = dominates;
  }

  /**
   * From now on reads must reflect this write.
   *
   * @param horizon reads that began before this moment are over
   */
  void add(Write write, long now, long horizon) {
    entries.removeIf(entry -> entry.dominated < horizon);
    for (Entry entry : entries) {
      boolean isNewest = entry.dominated == Long.MAX_VALUE;
      if (entry.write == write || (isNewest && dominates.test(entry.write, write))) {
        return;
      }
    }
    for (Entry entry : entries) {
      if (entry.dominated == Long.MAX_VALUE && dominates.test(write, entry.write)) {
        entry.dominated = now;
      }
    }
    entries.add(new Entry(write, now));
  }

  List<Entry> entries() {
    return entries;
  }
}
