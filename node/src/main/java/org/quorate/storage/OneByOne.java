package org.quorate.storage;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Leaves an executor to others after each task: what waits here has only one place there. */
final class OneByOne implements Executor {
  private final Executor executor;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean isBusy;

  OneByOne(Executor executor) {
    this.executor = executor;
  }

  @Override
  public synchronized void execute(Runnable task) {
    waiting.add(task);
    if (!isBusy) {
      isBusy = true;
      executor.execute(this::runNext);
    }
  }

  private void runNext() {
    Runnable task = next();
    if (task != null) {
      task.run();
      executor.execute(this::runNext);
    }
  }

  private synchronized @Nullable Runnable next() {
    isBusy = !waiting.isEmpty();
    return waiting.poll();
  }
}
