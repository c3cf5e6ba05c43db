package org.quorate.repair;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.quorate.runtime.Loop;

/** Runs what blocks on other threads, and brings its outcome back to the loop. */
final class HintIo {
  interface Work {
    void run() throws IOException;
  }

  interface Call<T> {
    T run() throws IOException;
  }

  private final Executor threads;
  private final Loop loop;

  HintIo(Executor threads, Loop loop) {
    this.threads = threads;
    this.loop = loop;
  }

  void run(Work work, Consumer<Boolean> done, Consumer<Throwable> failed) {
    call(
        () -> {
          work.run();
          return true;
        },
        done,
        failed);
  }

  <T> void call(Call<T> call, Consumer<T> done, Consumer<Throwable> failed) {
    threads.execute(
        () -> {
          try {
            T value = call.run();
            loop.execute(() -> done.accept(value));
          } catch (IOException | RuntimeException e) {
            loop.execute(() -> failed.accept(e));
          }
        });
  }
}
