package org.quorate.bench.measure;

import org.jspecify.annotations.Nullable;
import org.quorate.bench.work.Kind;

/**
 * One request that is over. Times are nanoseconds since the run began; intended &lt;= sent &lt;=
 * done.
 *
 * @param problem why it failed; null if it succeeded
 * @param again how often it was sent again before
 */
public record Sample(
    Kind kind,
    long intended,
    long sent,
    long done,
    @Nullable String problem,
    Found found,
    int again) {
  /** What a read found; a write finds {@link #ONE}. */
  public enum Found {
    NOTHING,
    ONE,
    SIBLINGS
  }
}
