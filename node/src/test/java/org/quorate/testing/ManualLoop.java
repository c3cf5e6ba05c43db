package org.quorate.testing;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;

/** A loop, clock and executor in one, which run only when a test says so. */
public final class ManualLoop implements Loop, Clock, Executor {
  private record Due(long nanos, long order, Runnable[] task) {}

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::order));
  private long now = 1_000_000_000;
  private long orders;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Timer after(long millis, Runnable task) {
    Runnable[] cell = {task};
    timers.add(new Due(now + millis * 1_000_000, orders++, cell));
    return () -> cell[0] = () -> {};
  }

  @Override
  public boolean isCurrent() {
    return true;
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public long wallMillis() {
    return now / 1_000_000;
  }

  /** Runs what is there until nothing is. */
  public void run() {
    while (!tasks.isEmpty()) {
      tasks.poll().run();
    }
  }

  /** Lets this much time pass, with all that is due in it. */
  public void run(long millis) {
    long until = now + millis * 1_000_000;
    run();
    while (!timers.isEmpty() && timers.peek().nanos() <= until) {
      Due due = timers.poll();
      now = Math.max(now, due.nanos());
      due.task()[0].run();
      run();
    }
    now = until;
  }

  /** Forgets everything, as a crash does. */
  public void crash() {
    tasks.clear();
    timers.clear();
  }
}
