package org.quorate.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ctrl-C and SIGTERM: what runs is stopped early and still reported, with its exit code. */
final class Interruption {
  private static final long PATIENCE_SECONDS = 60;

  private static volatile @Nullable Runnable stop;

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook = new Thread(this::interrupted, "interrupted");
  private volatile int exit;

  Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** What stops the run that goes on. */
  static void onInterrupt(Runnable action) {
    stop = action;
  }

  private void interrupted() {
    Runnable action = stop;
    if (action == null) {
      return;
    }
    action.run();
    try {
      if (over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(exit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The command is over: ends the process. */
  void exit(int code) {
    exit = code;
    over.countDown();
    System.exit(code);
  }
}
