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
  private final Consumer<Throwable> fatal;

  /**
   * @param fatal told at once, on the thread, of what a node must not survive: a failed sync, or a
   *     mistake
   */
  HintIo(Executor threads, Loop loop, Consumer<Throwable> fatal) {
    this.threads = threads;
    this.loop = loop;
    this.fatal = fatal;
  }

  void run(Work work, Consumer<Boolean> done, Consumer<IOException> failed) {
    call(
        () -> {
          work.run();
          return true;
        },
        done,
        failed);
  }

  <T> void call(Call<T> call, Consumer<T> done, Consumer<IOException> failed) {
    threads.execute(
        () -> {
          try {
            T value = call.run();
            loop.execute(() -> done.accept(value));
          } catch (IOException e) {
            loop.execute(() -> failed.accept(e));
          } catch (RuntimeException e) {
            fatal.accept(e);
          }
        });
  }
}
