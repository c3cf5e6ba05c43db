package org.quorate.runtime;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/** Calls from one loop to another, with the answer brought back. */
public final class Hop {
  private Hop() {}

  /**
   * Runs the call on {@code to} and completes on {@code from}; at once if they are the same. What
   * the call throws is its failure, but for an {@link Error}.
   */
  public static <T> Future<T> call(Loop from, Loop to, Supplier<Future<T>> call) {
    if (from.equals(to)) {
      return guarded(call);
    }
    Promise<T> answer = Promise.promise();
    to.execute(() -> guarded(call).onComplete(done -> from.execute(() -> answer.handle(done))));
    return answer.future();
  }

  /** What the call throws is its failure, but for an {@link Error}. */
  public static <T> Future<T> guarded(Supplier<Future<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
