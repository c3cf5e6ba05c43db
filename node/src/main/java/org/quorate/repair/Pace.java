package org.quorate.repair;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.function.Supplier;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;

/**
 * How fast anti-entropy goes: it rests as long as it worked, so it takes at most half of what a
 * loop has to give, and less the slower everything is; and it stays below a rate of bytes.
 */
final class Pace {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int AT_ONCE = 4;
  private static final int LONGER = 3;
  private static final long MOST_BYTES_PER_MILLI = (64 << 20) / 1000;

  private int busy;
  private final Deque<Promise<Void>> turns = new ArrayDeque<>();
  private final Loop loop;
  private final Clock clock;

  Pace(Loop loop, Clock clock) {
    this.loop = loop;
    this.clock = clock;
  }

  /** Does work of which only so much is done at once on this loop, when it is its turn. */
  Future<Void> inTurn(Supplier<Future<Void>> work) {
    Promise<Void> turn = Promise.promise();
    if (busy < AT_ONCE) {
      busy++;
      turn.complete();
    } else {
      turns.add(turn);
    }
    return turn.future().compose(now -> work.get()).onComplete(done -> leave());
  }

  private void leave() {
    Promise<Void> next = turns.poll();
    if (next == null) {
      busy--;
    } else {
      loop.execute(next::complete);
    }
  }

  /** Takes steps, one after the other, until they have emptied the queue. */
  Future<Void> untilEmpty(Queue<?> queue, Supplier<Future<Void>> step) {
    Promise<Void> empty = Promise.promise();
    untilEmpty(queue, step, empty);
    return empty.future();
  }

  /** Each from the loop: a chain of futures as long as there are steps would overflow the stack. */
  private void untilEmpty(Queue<?> queue, Supplier<Future<Void>> step, Promise<Void> empty) {
    if (queue.isEmpty()) {
      empty.complete();
      return;
    }
    Future.succeededFuture()
        .compose(begin -> step.get())
        .onComplete(done -> loop.execute(() -> untilEmpty(queue, step, empty)), empty::fail);
  }

  long now() {
    return clock.nanos();
  }

  /** Completes when it is time to go on after a piece of work that began then. */
  Future<Void> rest(long beganNanos, long bytes) {
    return pause(Math.max(worked(beganNanos), bytes / MOST_BYTES_PER_MILLI));
  }

  /** The same for work that nobody waits for: three quarters of the time are rest. */
  Future<Void> restLonger(long beganNanos, long bytes) {
    return pause(Math.max(LONGER * worked(beganNanos), bytes / MOST_BYTES_PER_MILLI));
  }

  private long worked(long beganNanos) {
    return (clock.nanos() - beganNanos) / NANOS_PER_MILLI;
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
