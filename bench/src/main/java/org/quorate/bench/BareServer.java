package org.quorate.bench;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The ceiling: an HTTP server of the same library that keeps bodies in a map in memory, without
 * copies, quorums or a disk. Nothing built on that library can be faster.
 */
@Command(
    name = "bare-server",
    description = "Serve PUT and GET of any path from a map in memory.",
    mixinStandardHelpOptions = true)
public final class BareServer implements Runnable {
  private static final int LOOPS = 2;

  private final Map<String, Buffer> values = new ConcurrentHashMap<>();

  @Option(names = "--port", paramLabel = "PORT", description = "Default: 9090.")
  private int port = 9090;

  public static void main(String[] args) {
    int exit = new CommandLine(new BareServer()).execute(args);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  @Override
  public void run() {
    Vertx vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS).setPreferNativeTransport(true));
    for (int i = 0; i < LOOPS; i++) {
      vertx.deployVerticle(new Loop()).toCompletionStage().toCompletableFuture().join();
    }
    System.out.println("ready http=127.0.0.1:" + port);
  }

  private final class Loop extends VerticleBase {
    private @Nullable HttpServer server;

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
      default -> request.response().setStatusCode(405).end();
    }
  }
}
