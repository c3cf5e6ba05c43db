package org.quorate.bench.it;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a node, and does wrong so many times that it knows of. */
final class FaultyProxy implements AutoCloseable {
  /** What it does wrong. */
  enum Fault {
    /** Acknowledges one of a hundred PUTs and forgets it. */
    LOSES,
    /** Answers one of ten GETs with the value before, where there is one. */
    SERVES_OLD
  }

  /** Between two requests that must not be taken for concurrent ones. */
  private static final long APART = TimeUnit.MILLISECONDS.toNanos(300);

  /** The last PUTs of a key, one after the other. */
  private record Puts(Buffer old, Buffer last, long lastBegan, long lastEnded) {}

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client =
      vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(64));
  private final HttpServer server;
  private final int port;
  private final Fault fault;
  private final SplittableRandom random = new SplittableRandom(1);
  private final Map<String, Puts> puts = new HashMap<>();
  private final AtomicInteger done = new AtomicInteger();

  FaultyProxy(int port, Fault fault) {
    this.port = port;
    this.fault = fault;
    this.server = vertx.createHttpServer().requestHandler(this::handle);
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** How often it did wrong. */
  int done() {
    return done.get();
  }

  private void handle(HttpServerRequest request) {
    request.body().onSuccess(body -> handle(request, body));
  }

  private void handle(HttpServerRequest request, Buffer body) {
    boolean isPut = request.method().equals(HttpMethod.PUT);
    boolean isGet = request.method().equals(HttpMethod.GET) && !request.uri().contains("r=all");
    Puts known = puts.get(request.path());
    long now = System.nanoTime();
    if (fault == Fault.LOSES && isPut && random.nextInt(100) == 0) {
      done.incrementAndGet();
      request.response().setStatusCode(204).end();
    } else if (fault == Fault.SERVES_OLD
        && isGet
        && known != null
        && known.old != null
        && now - known.lastEnded > APART
        && random.nextInt(10) == 0) {
      done.incrementAndGet();
      request.response().end(known.old);
    } else {
      forward(request, body, isPut, now);
    }
  }

  private void forward(HttpServerRequest request, Buffer body, boolean isPut, long began) {
    RequestOptions options =
        new RequestOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setMethod(request.method())
            .setURI(request.uri());
    request
        .headers()
        .forEach(
            header -> {
              if (header.getKey().startsWith("Quorate-")) {
                options.putHeader(header.getKey(), header.getValue());
              }
            });
    client
        .request(options)
        .compose(forwarded -> isPut ? forwarded.send(body) : forwarded.send())
        .onSuccess(
            answer ->
                answer
                    .body()
                    .onSuccess(
                        value -> {
                          if (isPut && answer.statusCode() == 204) {
                            remember(request.path(), body, began);
                          }
                          answer
                              .headers()
                              .forEach(
                                  header -> {
                                    if (!header.getKey().equalsIgnoreCase("content-length")) {
                                      request
                                          .response()
                                          .putHeader(header.getKey(), header.getValue());
                                    }
                                  });
                          request.response().setStatusCode(answer.statusCode()).end(value);
                        }));
  }

  /** Only PUTs that certainly came one after the other have an old and a new value. */
  private void remember(String path, Buffer body, long began) {
    Puts before = puts.get(path);
    boolean isApart = before != null && began - before.lastEnded > APART;
    puts.put(path, new Puts(isApart ? before.last : null, body, began, System.nanoTime()));
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
