package org.quorate.runtime;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.function.Consumer;

/** A Vert.x event loop. An {@link Error} in a task is fatal: an invariant may be broken. */
public final class VertxLoop implements Loop {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Vertx vertx;
  private final Context context;
  private final Clock clock;
  private final Consumer<Throwable> fatal;
  private final TimerQueue timers = new TimerQueue();
  private long armedFor = Long.MAX_VALUE;

  public VertxLoop(Vertx vertx, Context context, Clock clock, Consumer<Throwable> fatal) {
    this.vertx = vertx;
    this.context = context;
    this.clock = clock;
    this.fatal = fatal;
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(none -> run(task));
  }

  @Override
  public Timer after(long millis, Runnable task) {
    long now = clock.nanos();
    long delay = TimerQueue.rounded(millis);
    Timer timer = timers.add(now, delay, task);
    arm(now, now + delay * NANOS_PER_MILLI);
    return timer;
  }

  private void arm(long now, long due) {
    if (armedFor == Long.MAX_VALUE || due - armedFor < 0) {
      armedFor = due;
      long millis = Math.max(1, (due - now + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
      vertx.setTimer(millis, fired -> run(() -> fire(due)));
    }
  }

  private void fire(long due) {
    if (armedFor != due) {
      return;
    }
    armedFor = Long.MAX_VALUE;
    long next = timers.run(clock.nanos());
    if (next != Long.MAX_VALUE) {
      arm(clock.nanos(), next);
    }
  }

  @Override
  public boolean isCurrent() {
    return context.equals(Vertx.currentContext());
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Error e) {
      fatal.accept(e);
      throw e;
    }
  }
}
