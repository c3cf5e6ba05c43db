package org.quorate.sim;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Loop;

/**
 * One life of a node: its loops and threads, which stand still while it is paused and vanish when
 * it ends. A task runs whole and at once; what a thread gives to a loop arrives when the time that
 * the thread took has passed.
 */
final class SimProcess {
  /** Unwinds a task of a process that has ended. */
  static final class Ended extends Error {
    private static final long serialVersionUID = 1;

    Ended() {
      super("the process has ended", null, false, false);
    }
  }

  final SimTime time;
  private final Consumer<Throwable> broken;
  private boolean alive = true;
  private long pausedUntil;
  private long thinking;
  private @Nullable Loop current;

  /**
   * @param broken told of what a task threw
   */
  SimProcess(SimTime time, Consumer<Throwable> broken) {
    this.time = time;
    this.broken = broken;
  }

  boolean isAlive() {
    return alive;
  }

  void end() {
    alive = false;
  }

  /** Ends the task at hand if the process has ended. */
  void requireAlive() {
    if (!alive) {
      throw new Ended();
    }
  }

  void pause(long nanos) {
    pausedUntil = Math.max(pausedUntil, time.nanos() + nanos);
  }

  /** Runs the task later, if the process lives then; after a pause if it is paused then. */
  void after(long delayNanos, Runnable task) {
    time.after(delayNanos, () -> wake(task));
  }

  private void wake(Runnable task) {
    if (!alive) {
      return;
    }
    if (time.nanos() < pausedUntil) {
      after(pausedUntil - time.nanos(), task);
      return;
    }
    run(task);
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Ended e) {
      requireEnded();
    } catch (Throwable e) {
      broken.accept(e);
    }
  }

  private void requireEnded() {
    if (alive) {
      throw new IllegalStateException("a living process was unwound");
    }
  }

  /**
   * An event loop.
   *
   * @param taskNanos what a task takes
   */
  Loop loop(LongSupplier taskNanos) {
    return new SimLoop(taskNanos);
  }

  /**
   * Threads that run what is given to them in order.
   *
   * @param taskNanos what a task takes
   */
  Executor threads(int count, LongSupplier taskNanos) {
    return new SimThreads(count, taskNanos);
  }

  private final class SimLoop implements Loop {
    private final LongSupplier taskNanos;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean scheduled;
    private long busyUntil;

    SimLoop(LongSupplier taskNanos) {
      this.taskNanos = taskNanos;
    }

    @Override
    public void execute(Runnable task) {
      if (thinking > 0) {
        SimProcess.this.after(thinking, () -> add(task));
      } else {
        add(task);
      }
    }

    private void add(Runnable task) {
      tasks.add(task);
      schedule();
    }

    private void schedule() {
      if (!scheduled && !tasks.isEmpty()) {
        scheduled = true;
        SimProcess.this.after(busyUntil - time.nanos(), this::turn);
      }
    }

    private void turn() {
      scheduled = false;
      int count = tasks.size();
      busyUntil = time.nanos() + count * taskNanos.getAsLong();
      current = this;
      for (int i = 0; i < count && alive; i++) {
        run(tasks.remove());
      }
      current = null;
      schedule();
    }

    @Override
    public Timer after(long millis, Runnable task) {
      boolean[] cancelled = {false};
      Runnable unlessCancelled =
          () -> {
            if (!cancelled[0]) {
              task.run();
            }
          };
      SimProcess.this.after(Math.max(1, millis) * SimTime.MILLI, () -> add(unlessCancelled));
      return () -> cancelled[0] = true;
    }

    @Override
    public boolean isCurrent() {
      return equals(current);
    }
  }

  private final class SimThreads implements Executor {
    private final LongSupplier taskNanos;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int idle;

    SimThreads(int count, LongSupplier taskNanos) {
      this.idle = count;
      this.taskNanos = taskNanos;
    }

    @Override
    public void execute(Runnable task) {
      after(
          thinking,
          () -> {
            waiting.add(task);
            startNext();
          });
    }

    private void startNext() {
      if (idle == 0 || waiting.isEmpty()) {
        return;
      }
      idle--;
      thinking = taskNanos.getAsLong();
      after(
          thinking,
          () -> {
            idle++;
            startNext();
          });
      try {
        waiting.remove().run();
      } finally {
        thinking = 0;
      }
    }
  }
}
