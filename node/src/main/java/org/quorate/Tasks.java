package org.quorate;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Loop;

/** Work given to a loop or a thread, as a future. */
final class Tasks {
  interface Call<T> {
    Future<T> run();
  }

  interface Work {
    void run() throws IOException;
  }

  private Tasks() {}

  static <T> Future<T> onLoop(Loop loop, Call<T> call) {
    Promise<T> done = Promise.promise();
    loop.execute(() -> Hop.guarded(call::run).onComplete(done));
    return done.future();
  }

  static Future<Void> inBackground(Executor executor, Work work) {
    Promise<Void> done = Promise.promise();
    executor.execute(
        () -> {
          try {
            work.run();
            done.complete();
          } catch (IOException | RuntimeException e) {
            done.fail(e);
          }
        });
    return done.future();
  }
}
