package org.quorate.bench.verify;

import java.util.List;

/**
 * What one read of a key showed: the context of a write that follows it. Two reads are never equal.
 */
final class Seen {
  private final List<Write> shown;
  private final long end;

  Seen(List<Write> shown, long end) {
    this.shown = List.copyOf(shown);
    this.end = end;
  }

  /** The writes whose values it returned. */
  List<Write> shown() {
    return shown;
  }

  /** When it ended: a delete begun before may be part of what it saw. */
  long end() {
    return end;
  }
}
