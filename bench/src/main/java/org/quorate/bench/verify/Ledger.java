package org.quorate.bench.verify;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.verify.Write.Status;

/**
 * The ledger of a run: each write with what its sender was told, each read judged. Needs about 100
 * bytes a write. Times are the nanoseconds of one monotonic clock. Used by many threads.
 */
public final class Ledger {
  private final int run;
  private final long zero;
  private final long longestRead;
  private final Claims claims;
  private final ConcurrentMap<Long, KeyHistory> keys = new ConcurrentHashMap<>();
  private final Findings findings = new Findings();
  private final LongAdder writes = new LongAdder();
  private final LongAdder reads = new LongAdder();

  /** A write that has begun. */
  public final class Pending {
    private final KeyHistory history;
    private final Write write;

    /** Of the writes of its key; what its value carries. -1 for a delete. */
    public final int sequence;

    Pending(KeyHistory history, Write write, int sequence) {
      this.history = history;
      this.write = write;
      this.sequence = sequence;
    }

    public void acknowledged(long now) {
      end(Status.ACKNOWLEDGED, now);
    }

    /** It certainly did not happen. */
    public void notApplied(long now) {
      end(Status.NOT_APPLIED, now);
    }

    public void unknown(long now) {
      end(Status.UNKNOWN, now);
    }

    private void end(Status status, long now) {
      synchronized (history) {
        history.end(write, status, now, now - longestRead, findings);
      }
    }
  }

  /** What a read showed, as the context of a write. */
  public static final class Context {
    private final Seen seen;

    Context(Seen seen) {
      this.seen = seen;
    }
  }

  /**
   * @param run that values must carry
   * @param zero the moment from which messages count
   * @param longestRead no read takes longer, nanoseconds
   */
  public Ledger(int run, long zero, long longestRead, Claims claims) {
    this.run = run;
    this.zero = zero;
    this.longestRead = longestRead;
    this.claims = claims;
  }

  /**
   * A write begins.
   *
   * @param context what its sender had read; null for a blind write
   */
  public Pending write(long key, long now, @Nullable Context context) {
    writes.increment();
    KeyHistory history = of(key);
    synchronized (history) {
      int sequence = history.begin(now, context == null ? null : context.seen);
      return new Pending(history, history.write(sequence), sequence);
    }
  }

  /** A delete without a context begins. */
  public Pending delete(long key, long now) {
    writes.increment();
    KeyHistory history = of(key);
    synchronized (history) {
      return new Pending(history, history.beginDelete(now), -1);
    }
  }

  /** A read ended well with these values, none where there was nothing. */
  public Context read(long key, long start, long end, List<byte[]> values) {
    reads.increment();
    KeyHistory history = of(key);
    synchronized (history) {
      Seen seen = history.see(values, start, end, findings);
      if (seen.shown().size() == values.size()) {
        history.judge(seen, start, claims, end - longestRead, findings);
      }
      return new Context(seen);
    }
  }

  /**
   * The last read of a key, at r=all after a quiet period.
   *
   * @param isPatient whether there may be another one, if this shows anything wrong: nothing is
   *     noted then
   * @return whether nothing is wrong, or it was noted
   */
  public boolean readLast(long key, long start, long end, List<byte[]> values, boolean isPatient) {
    KeyHistory history = of(key);
    Findings noted = isPatient ? new Findings() : findings;
    synchronized (history) {
      Seen seen = history.see(values, start, end, noted);
      if (seen.shown().size() == values.size()) {
        history.judgeLast(seen, claims, noted);
      }
    }
    return !isPatient || noted.total() == 0;
  }

  private KeyHistory of(long key) {
    return keys.computeIfAbsent(key, any -> new KeyHistory(key, run, zero));
  }

  /** All keys that were written or read. */
  public List<Long> keys() {
    return keys.keySet().stream().sorted().toList();
  }

  public Findings findings() {
    return findings;
  }

  /** Writes and deletes begun. */
  public long writes() {
    return writes.sum();
  }

  public long reads() {
    return reads.sum();
  }

  /** Writes and deletes of which nobody knows whether they happened. */
  public long unknown() {
    long unknown = 0;
    for (KeyHistory history : keys.values()) {
      synchronized (history) {
        unknown += history.unknown();
      }
    }
    return unknown;
  }
}
