package org.quorate.bench.it;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.TimeUnit;

/** Answers at once, but for a part of each period in which it answers nothing. */
final class StallingServer implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final long period;
  private final long stall;
  private long began;

  /**
   * @param periodMillis from the end of one stall to the end of the next
   * @param stallMillis at the end of each period
   */
  StallingServer(long periodMillis, long stallMillis) {
    this.period = TimeUnit.MILLISECONDS.toNanos(periodMillis);
    this.stall = TimeUnit.MILLISECONDS.toNanos(stallMillis);
    this.server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  long left = left();
                  if (left == 0) {
                    request.response().setStatusCode(204).end();
                  } else {
                    vertx.setTimer(
                        1 + TimeUnit.NANOSECONDS.toMillis(left),
                        id -> request.response().setStatusCode(204).end());
                  }
                });
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
  }

  /** Of the stall that goes on, nanoseconds; the first period begins with the first request. */
  private long left() {
    long now = System.nanoTime();
    began = began == 0 ? now : began;
    long at = (now - began) % period;
    return at < period - stall ? 0 : period - at;
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
