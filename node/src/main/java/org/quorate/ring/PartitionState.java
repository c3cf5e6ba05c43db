package org.quorate.ring;

import java.util.Locale;

/**
 * What can be done with the keys of a partition while so many of its owners are up, worst last. The
 * first line that applies:
 *
 * <pre>
 *  ALL_DOWN         readable = 0          nothing
 *  NO_READ_QUORUM   readable &lt; r          no read at the default r, nor a write if writable &lt; w
 *  NO_WRITE_QUORUM  writable &lt; w          reads
 *  DEGRADED         writable &lt; n          everything, with fewer failures to spare
 *  OK               writable = n          everything
 * </pre>
 */
public enum PartitionState {
  OK,
  DEGRADED,
  NO_WRITE_QUORUM,
  NO_READ_QUORUM,
  ALL_DOWN;

  /**
   * @param readable owners that can be asked for a read, 0 to {@code n}
   * @param writable the same for a write: fewer where those that are to be owners are asked too
   * @param r owners that must answer a read, 1 to {@code n}
   * @param w owners that must store a write, 1 to {@code n}
   */
  public static PartitionState of(int readable, int writable, int n, int r, int w) {
    if (readable == 0) {
      return ALL_DOWN;
    }
    if (readable < r) {
      return NO_READ_QUORUM;
    }
    if (writable < w) {
      return NO_WRITE_QUORUM;
    }
    return writable < n ? DEGRADED : OK;
  }

  /** As users read it: {@code no_write_quorum}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
