package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waiting for what must become so. */
public final class Await {
  private Await() {}

  /** Tries until it is so; a minute at most. */
  public static void eventually(Callable<Boolean> condition) throws Exception {
    within(60, condition);
  }

  /** Tries until it is so. */
  public static void within(int seconds, Callable<Boolean> condition) throws Exception {
    long give = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.call()) {
      assertTrue(System.nanoTime() < give, "not so within " + seconds + " s");
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
