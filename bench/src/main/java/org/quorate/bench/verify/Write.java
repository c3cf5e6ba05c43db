package org.quorate.bench.verify;

import org.jspecify.annotations.Nullable;

/**
 * One write or delete of a key. Times are the nanoseconds of one monotonic clock.
 *
 * <p>Invariant: {@code start <= minted <= end}, as far as they are known.
 */
final class Write {
  /** What its sender was told. */
  enum Status {
    PENDING,
    ACKNOWLEDGED,
    /** It did not happen and will not. */
    NOT_APPLIED,
    /** It may have happened, or may happen yet. */
    UNKNOWN
  }

  final long start;
  final boolean isDelete;

  /** What its sender had read; null for a blind write. */
  final @Nullable Seen context;

  Status status = Status.PENDING;

  /** When it was acknowledged. */
  long end = Long.MAX_VALUE;

  /** It took effect before this moment. */
  long minted = Long.MAX_VALUE;

  Write(long start, boolean isDelete, @Nullable Seen context) {
    this.start = start;
    this.isDelete = isDelete;
    this.context = context;
  }

  void shown(long readEnd) {
    minted = Math.min(minted, readEnd);
  }

  boolean mayHaveHappened() {
    return status != Status.NOT_APPLIED;
  }
}
