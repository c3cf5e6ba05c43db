package org.quorate.bench.verify;

import java.util.Locale;

/** What can be wrong, gravest first. DESIGN.md, "Ledger", says when each is claimed. */
public enum Finding {
  /** A value that is not ours, of another key or run, or not whole. */
  CORRUPT,
  /** A value that was never sent, or whose write was answered {@code not_applied}. */
  PHANTOM,
  /** An acknowledged write that is gone without a successor. */
  LOST,
  /** A deleted version that came back. */
  RESURRECTED,
  /** A read that does not reflect a write acknowledged before it began. */
  STALE,
  /** A read that does not reflect what a read before it had shown. */
  BACK_IN_TIME;

  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
