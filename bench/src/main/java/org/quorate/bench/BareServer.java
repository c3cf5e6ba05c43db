package org.quorate.bench;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.runtime.EventLoops;

/**
 * The ceiling: an HTTP server of the same library that keeps bodies in a map in memory, without
 * copies, quorums or a disk. Nothing built on that library can be faster.
 */
final class BareServer {
  private static final int LOOPS = 2;

  private final Map<String, Buffer> values = new ConcurrentHashMap<>();

  private final Vertx vertx = EventLoops.start(LOOPS);

  /**
   * Serves until the process ends.
   *
   * @param port 0 for any that is free
   * @return the port
   */
  int start(int port) throws IOException {
    int free = port == 0 ? freePort() : port;
    for (int i = 0; i < LOOPS; i++) {
      deploy(new Loop(free));
    }
    return free;
  }

  /** The loops share a port, so it has to be known before the first listens. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void deploy(Loop loop) {
    vertx.deployVerticle(loop).toCompletionStage().toCompletableFuture().join();
  }

  private final class Loop extends VerticleBase {
    private final int port;
    private @Nullable HttpServer server;

    Loop(int port) {
      this.port = port;
    }

    @Override
    public Future<?> start() {
      server =
          vertx
              .createHttpServer(new HttpServerOptions().setTcpNoDelay(true))
              .requestHandler(BareServer.this::serve);
      return server.listen(port, "127.0.0.1");
    }
  }

  private void serve(HttpServerRequest request) {
    switch (request.method().name()) {
      case "PUT" ->
          request
              .body()
              .onSuccess(
                  body -> {
                    values.put(request.path(), body);
                    request.response().setStatusCode(204).end();
                  });
      case "GET" -> {
        Buffer value = values.get(request.path());
        if (value == null) {
          request.response().setStatusCode(404).end();
        } else {
          request.response().end(value);
        }
      }
      case "DELETE" -> {
        values.remove(request.path());
        request.response().setStatusCode(204).end();
      }
      default -> request.response().setStatusCode(405).end();
    }
  }
}
