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
 * How fast work in the background goes: it rests for a multiple of the time that it worked, so it
 * takes at most a share of what a loop has to give, and less the slower everything is; and it stays
 * below a rate of bytes.
 */
final class Pace {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int WHOLE = 100;
  private static final int HALF = 50;
  private static final long MOST_BYTES_PER_MILLI = (64 << 20) / 1000;

  private int busy;
  private final Deque<Promise<Void>> turns = new ArrayDeque<>();
  private final Loop loop;
  private final Clock clock;
  private final int atOnce;
  private final int share;
  private final int keys;

  private Pace(Loop loop, Clock clock, int atOnce, int share, int keys) {
    this.keys = keys;
    this.loop = loop;
    this.clock = clock;
    this.atOnce = atOnce;
    this.share = share;
  }

  /** What is wrong is to be right soon. */
  static Pace ofRepair(Loop loop, Clock clock) {
    return new Pace(loop, clock, 4, HALF, 64);
  }

  /**
   * Nobody waits for what moves: those that have it go on serving it.
   *
   * @param share of the time, percent
   */
  static Pace ofMoves(Loop loop, Clock clock, int share) {
    return new Pace(loop, clock, 1, share, 32);
  }

  /** Does work of which only so much is done at once on this loop, when it is its turn. */
  Future<Void> inTurn(Supplier<Future<Void>> work) {
    Promise<Void> turn = Promise.promise();
    if (busy < atOnce) {
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

  /** How many keys make a piece of work: a request that comes meanwhile has to wait for it. */
  int keys() {
    return keys;
  }

  long now() {
    return clock.nanos();
  }

  /** Completes when it is time to go on after a piece of work that began then. */
  Future<Void> rest(long beganNanos, long bytes) {
    long restNanos = (clock.nanos() - beganNanos) * (WHOLE - share) / share;
    return pause(Math.max(restNanos / NANOS_PER_MILLI, bytes / MOST_BYTES_PER_MILLI));
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
