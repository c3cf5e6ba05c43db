package org.quorate.ring;

import java.util.Locale;

/**
 * What can be done with the keys of a partition while so many of its owners are up, worst last. The
 * first line that applies:
 *
 * <pre>
 *  ALL_DOWN         up = 0                nothing
 *  NO_READ_QUORUM   up &lt; r                no read at the default r, and no write if also up &lt; w
 *  NO_WRITE_QUORUM  up &lt; w                reads
 *  DEGRADED         up &lt; n                everything, with fewer failures to spare
 *  OK               up = n                everything
 * </pre>
 */
public enum PartitionState {
  OK,
  DEGRADED,
  NO_WRITE_QUORUM,
  NO_READ_QUORUM,
  ALL_DOWN;

  /**
   * @param up owners that can be asked, 0 to {@code n}
   * @param r owners that must answer a read, 1 to {@code n}
   * @param w owners that must store a write, 1 to {@code n}
   */
  public static PartitionState of(int up, int n, int r, int w) {
    if (up == 0) {
      return ALL_DOWN;
    }
    if (up < r) {
      return NO_READ_QUORUM;
    }
    if (up < w) {
      return NO_WRITE_QUORUM;
    }
    return up < n ? DEGRADED : OK;
  }

  /** As users read it: {@code no_write_quorum}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
