package org.quorate;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;

/**
 * How a process of nodes ends: each is drained, because of a signal or because it was asked to. A
 * signal that comes while nothing is served yet ends the process at once.
 */
final class Ending {
  private final List<Server.Running> nodes = new CopyOnWriteArrayList<>();
  private final Thread hook = new Thread(this::signalled, "stop");

  /** From now on signals are obeyed. */
  void begin() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  void add(Server.Running node) {
    nodes.add(node);
  }

  /** Nothing runs: the process ends with an exit code of its own. */
  void cancel() {
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private void signalled() {
    nodes.forEach(Server.Running::stop);
    int exit = await();
    System.out.flush();
    Runtime.getRuntime().halt(exit);
  }

  /** Waits until all nodes have stopped. 0 if they did so in good order and in time, else 1. */
  int await() {
    try {
      CompletableFuture.allOf(
              nodes.stream()
                  .map(node -> node.stopped().toCompletionStage().toCompletableFuture())
                  .toArray(CompletableFuture[]::new))
          .get();
      return 0;
    } catch (ExecutionException logged) {
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }
}
