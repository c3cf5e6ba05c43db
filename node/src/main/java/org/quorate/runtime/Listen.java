package org.quorate.runtime;

import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * Listens to futures. A future swallows what its listener throws; here that is thrown on the loop
 * instead, where an {@link Error} ends the process. So is an error that a future failed with: it
 * was thrown on the way here.
 */
public final class Listen {
  private Listen() {}

  /** Runs one of the listeners when the future completes, on the thread that completes it. */
  public static <T> void to(
      Future<T> future, Loop loop, Consumer<T> success, Consumer<Throwable> failure) {
    future.onComplete(
        value -> guarded(loop, success, value),
        problem -> {
          if (problem instanceof Error error) {
            rethrow(loop, error);
          }
          guarded(loop, failure, problem);
        });
  }

  /** Throws on the loop what a future would swallow. */
  public static void rethrow(Loop loop, Error error) {
    loop.execute(
        () -> {
          throw error;
        });
  }

  private static <T> void guarded(Loop loop, Consumer<T> listener, T what) {
    try {
      listener.accept(what);
    } catch (RuntimeException | Error e) {
      loop.execute(
          () -> {
            throw e;
          });
    }
  }
}
