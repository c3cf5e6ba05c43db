package org.quorate.repair;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;

/**
 * How fast anti-entropy goes: it rests as long as it worked, so it takes at most half of what a
 * loop has to give, and less the slower everything is; and it stays below a rate of bytes.
 */
final class Pace {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int AT_ONCE = 4;
  private static final long MOST_BYTES_PER_MILLI = (64 << 20) / 1000;

  private int busy;
  private final Deque<Promise<Void>> turns = new ArrayDeque<>();
  private final Loop loop;
  private final Clock clock;

  Pace(Loop loop, Clock clock) {
    this.loop = loop;
    this.clock = clock;
  }

  /**
   * Completes when it is the caller's turn for work on this loop that others must wait for; {@link
   * #leave} is to be called then, whatever became of it.
   */
  Future<Void> enter() {
    Promise<Void> turn = Promise.promise();
    if (busy < AT_ONCE) {
      busy++;
      turn.complete();
    } else {
      turns.add(turn);
    }
    return turn.future();
  }

  /** The work is done, and the next may begin. */
  void leave() {
    Promise<Void> next = turns.poll();
    if (next == null) {
      busy--;
    } else {
      loop.execute(next::complete);
    }
  }

  long now() {
    return clock.nanos();
  }

  /** Completes when it is time to go on after a piece of work that began then. */
  Future<Void> rest(long beganNanos, long bytes) {
    long workedMillis = (clock.nanos() - beganNanos) / NANOS_PER_MILLI;
    return pause(Math.max(workedMillis, bytes / MOST_BYTES_PER_MILLI));
  }

  Future<Void> pause(long millis) {
    if (millis <= 0) {
      return Future.succeededFuture();
    }
    Promise<Void> rested = Promise.promise();
    loop.after(millis, rested::complete);
    return rested.future();
  }
}
