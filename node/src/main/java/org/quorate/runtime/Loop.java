package org.quorate.runtime;

/** One event loop: tasks run on it one at a time, in the order they were given. */
public interface Loop {
  /** A task that was put off and can be called off. */
  interface Timer {
    /** Does nothing if the task ran already. */
    void cancel();
  }

  /** Runs the task on this loop after what was given to it before; callable from any thread. */
  void execute(Runnable task);

  /** Runs the task on this loop in {@code millis} (at least 1); called on the loop. */
  Timer after(long millis, Runnable task);

  /** Whether the caller runs on this loop. */
  boolean isCurrent();
}
