package org.quorate.bench.verify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.verify.Write.Status;
import org.quorate.bench.work.Payload;

/**
 * All writes of one key, and the judgement of each of its reads. Callers hold its monitor.
 *
 * <p>Invariant: a write's sequence is its index.
 */
final class KeyHistory {
  private final long key;
  private final int run;
  private final long zero;
  private final List<Write> writes = new ArrayList<>(2);
  private final List<Write> deletes = new ArrayList<>(0);
  private final Frontier acknowledged = new Frontier(KeyHistory::dominates);
  private final Frontier shown = new Frontier(KeyHistory::dominates);
  private final Frontier deleted = new Frontier((later, earlier) -> later.start > earlier.start);

  /**
   * @param zero the moment from which messages count
   */
  KeyHistory(long key, int run, long zero) {
    this.key = key;
    this.run = run;
    this.zero = zero;
  }

  /** The sequence of a write that begins. */
  int begin(long start, @Nullable Seen context) {
    writes.add(new Write(start, false, context));
    return writes.size() - 1;
  }

  Write write(int sequence) {
    return writes.get(sequence);
  }

  Write beginDelete(long start) {
    Write delete = new Write(start, true, null);
    deletes.add(delete);
    return delete;
  }

  /** Its sender was told. */
  void end(Write write, Status status, long now, long horizon, Findings findings) {
    write.status = status;
    if (status == Status.NOT_APPLIED && write.minted != Long.MAX_VALUE) {
      findings.add(
          Finding.PHANTOM,
          name()
              + ": "
              + text(write)
              + " was answered not_applied at "
              + seconds(now)
              + ", and was shown before");
    }
    if (status == Status.ACKNOWLEDGED) {
      write.end = now;
      write.minted = Math.min(write.minted, now);
      (write.isDelete ? deleted : acknowledged).add(write, now, horizon);
    }
  }

  /** A read that reflects x reflects w: the minting of w came first, whenever both took effect. */
  private static boolean dominates(Write x, Write w) {
    return x.context == null ? w.start < x.start : reflects(x.context, w, List.of());
  }

  private boolean reflects(Seen seen, Write w) {
    return reflects(seen, w, deletes);
  }

  /** Walks back through the contexts of what was shown, as far as they are younger than w. */
  private static boolean reflects(Seen seen, Write w, List<Write> deletes) {
    Set<Seen> walked = new HashSet<>(2);
    Deque<Seen> open = new ArrayDeque<>(List.of(seen));
    while (!open.isEmpty()) {
      Seen next = open.pop();
      for (int i = deletes.size() - 1; i >= 0; i--) { // The newest explain most.
        if (isPartOf(next, deletes.get(i)) && w.start < deletes.get(i).minted) {
          return true;
        }
      }
      for (Write x : next.shown()) {
        if (x == w || (x.context == null && w.start < x.minted)) {
          return true;
        }
        if (x.context != null && w.start < x.minted && walked.add(x.context)) {
          open.push(x.context);
        }
      }
    }
    return false;
  }

  /** Tombstones are not told apart, and reaped: a read may have seen any delete. */
  private static boolean isPartOf(Seen seen, Write delete) {
    return delete.mayHaveHappened() && delete.start < seen.end();
  }

  /** Which writes the values are of. What is wrong with them is found, and left out. */
  Seen see(List<byte[]> values, long start, long end, Findings findings) {
    List<Write> seen = new ArrayList<>(values.size());
    for (byte[] value : values) {
      Payload.Origin origin = Payload.decode(value);
      if (origin == null || origin.run() != run || origin.key() != key) {
        String of = origin == null ? "no whole value of this tool" : "of " + origin;
        findings.add(Finding.CORRUPT, at(start, end) + ": " + value.length + " bytes, " + of);
      } else if (origin.sequence() >= writes.size()
          || !writes.get(origin.sequence()).mayHaveHappened()) {
        String what = origin.sequence() >= writes.size() ? "never sent" : "answered not_applied";
        findings.add(
            Finding.PHANTOM, at(start, end) + ": write " + origin.sequence() + " was " + what);
      } else {
        Write write = writes.get(origin.sequence());
        write.shown(end);
        seen.add(write);
      }
    }
    return new Seen(seen, end);
  }

  /** Judges a read by what came before it. */
  void judge(Seen seen, long start, Claims claims, long horizon, Findings findings) {
    if (claims.current()
        && (isOfDeleted(seen, start, findings) || isStale(seen, start, findings))) {
      return;
    }
    if (claims.monotonic()) {
      Write missing = missing(shown, seen, start);
      if (missing != null) {
        findings.add(
            Finding.BACK_IN_TIME,
            at(start, seen.end())
                + " shows "
                + text(seen)
                + ", not "
                + text(missing)
                + ", which a read before it showed");
        return;
      }
    }
    for (Write write : seen.shown()) {
      shown.add(write, seen.end(), horizon);
    }
  }

  private boolean isStale(Seen seen, long start, Findings findings) {
    Write missing = missing(acknowledged, seen, start);
    if (missing != null) {
      findings.add(
          Finding.STALE,
          at(start, seen.end())
              + " shows "
              + text(seen)
              + ", not "
              + text(missing)
              + ", acknowledged at "
              + seconds(missing.end));
    }
    return missing != null;
  }

  private @Nullable Write missing(Frontier frontier, Seen seen, long start) {
    for (Frontier.Entry entry : frontier.entries()) {
      if (entry.isFor(start) && !reflects(seen, entry.write)) {
        return entry.write;
      }
    }
    return null;
  }

  private boolean isOfDeleted(Seen seen, long start, Findings findings) {
    for (Frontier.Entry entry : deleted.entries()) {
      if (!entry.isFor(start)) {
        continue;
      }
      for (Write write : seen.shown()) {
        if (write.end < entry.write.start) {
          boolean isBack = entry.gone < start;
          findings.add(
              isBack ? Finding.RESURRECTED : Finding.STALE,
              at(start, seen.end())
                  + " shows "
                  + text(write)
                  + ", whose delete was acknowledged at "
                  + seconds(entry.write.end));
          return true;
        }
      }
      entry.gone = Math.min(entry.gone, seen.end());
    }
    return false;
  }

  /** Judges the last read, at r=all after a quiet period: is everything acknowledged there? */
  void judgeLast(Seen seen, Claims claims, Findings findings) {
    for (Write write : claims.current() ? seen.shown() : List.<Write>of()) {
      for (Write delete : deletes) {
        if (delete.status == Status.ACKNOWLEDGED && write.end < delete.start) {
          findings.add(
              Finding.RESURRECTED,
              name() + " is " + text(write) + " in the end, which was deleted");
          break;
        }
      }
    }
    Set<Write> reflected = new HashSet<>();
    long before = reflectedBefore(seen, reflected);
    for (Write write : writes) {
      if (write.status == Status.ACKNOWLEDGED
          && write.start >= before
          && !reflected.contains(write)) {
        findings.add(
            Finding.LOST,
            name()
                + " is "
                + text(seen)
                + " in the end: "
                + text(write)
                + ", acknowledged at "
                + seconds(write.end)
                + ", is gone");
      }
    }
  }

  /**
   * All writes that the read reflects, at once: those added to the set, and those that began before
   * the moment returned. The same as {@link #reflects} for each, but walks contexts once.
   */
  private long reflectedBefore(Seen seen, Set<Write> reflected) {
    long before = Long.MIN_VALUE;
    Deque<Seen> open = new ArrayDeque<>(List.of(seen));
    while (!open.isEmpty()) {
      Seen next = open.pop();
      for (Write delete : deletes) {
        if (isPartOf(next, delete)) {
          before = Math.max(before, delete.minted);
        }
      }
      for (Write write : next.shown()) {
        if (reflected.add(write)) {
          if (write.context == null) {
            before = Math.max(before, write.minted);
          } else {
            open.push(write.context);
          }
        }
      }
    }
    return before;
  }

  int unknown() {
    int unknown = 0;
    for (List<Write> list : List.of(writes, deletes)) {
      for (Write write : list) {
        unknown += write.status == Status.UNKNOWN || write.status == Status.PENDING ? 1 : 0;
      }
    }
    return unknown;
  }

  private String at(long start, long end) {
    return "the read of " + name() + " from " + seconds(start) + " to " + seconds(end);
  }

  private String name() {
    return "key " + key;
  }

  private String text(Seen seen) {
    return seen.shown().isEmpty()
        ? "nothing"
        : String.join(" and ", seen.shown().stream().map(this::text).toList());
  }

  private String text(Write write) {
    return "write " + writes.indexOf(write);
  }

  private String seconds(long nanos) {
    return nanos == Long.MAX_VALUE
        ? "no known time"
        : String.format(Locale.ROOT, "%.6f s", (nanos - zero) / 1e9);
  }
}
