package org.quorate.bench.drive;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.measure.Interval;
import org.quorate.bench.verify.Ledger;
import org.quorate.bench.work.KeySpace;
import org.quorate.bench.work.Payload;

/**
 * What a runner is to do.
 *
 * @param schedule for each loop; null for a closed loop
 * @param sources for each loop
 * @param warmUp before anything is measured, nanoseconds
 * @param end nothing is intended from here on, nanoseconds since the run began
 * @param connections that are busy at once, of all loops
 * @param tries how often an operation is sent before it has failed, at least 1
 * @param timeout for an answer, nanoseconds
 * @param keepsValues whether the values of reads are wanted
 * @param ledger of a verified run; else null
 */
public record Plan(
    Route route,
    Dialect dialect,
    KeySpace keys,
    Payload payload,
    @Nullable IntFunction<Arrivals> schedule,
    IntFunction<Source> sources,
    long warmUp,
    long end,
    int connections,
    int tries,
    long timeout,
    boolean keepsValues,
    @Nullable Ledger ledger,
    Progress progress) {
  /** An end that is not reached. */
  public static final long NEVER = Long.MAX_VALUE / 2;

  Plan with(Progress other) {
    return new Plan(
        route,
        dialect,
        keys,
        payload,
        schedule,
        sources,
        warmUp,
        end,
        connections,
        tries,
        timeout,
        keepsValues,
        ledger,
        other);
  }

  /** What a run tells while it runs. Called by many threads. */
  public interface Progress {
    /** An interval of one loop is over. */
    default void interval(Interval interval) {}

    /**
     * A read is over. Times are the clock's.
     *
     * @param values null if it failed
     */
    default void read(Operation operation, long began, long ended, byte @Nullable [][] values) {}
  }
}
