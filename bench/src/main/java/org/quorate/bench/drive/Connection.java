package org.quorate.bench.drive;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.RequestOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection, with one call at a time on it. Lost, it is opened again until it is
 * closed for good. Used by one loop.
 */
final class Connection {
  private static final long RETRY_MILLIS = 100;

  private final Vertx vertx;
  private final HttpClientAgent client;
  private final Target target;
  private final Lane lane;
  private @Nullable HttpClientConnection http;
  private @Nullable Consumer<Response> waiting;
  private long sent;
  private Runnable onOpen = () -> {};
  private boolean isClosed;

  Connection(Vertx vertx, HttpClientAgent client, Target target, Lane lane) {
    this.vertx = vertx;
    this.client = client;
    this.target = target;
    this.lane = lane;
  }

  /**
   * Tries to open it. Completes with whether that was possible at once.
   *
   * @param whenOpen is told then, and each time that it is open again
   */
  Future<Boolean> open(Runnable whenOpen) {
    onOpen = whenOpen;
    return open();
  }

  private Future<Boolean> open() {
    Promise<Boolean> tried = Promise.promise();
    client
        .connect(new HttpConnectOptions().setHost(target.host()).setPort(target.port()))
        .onComplete(
            opened -> {
              if (isClosed) {
                tried.complete(false);
              } else if (opened.succeeded()) {
                opened(opened.result());
                tried.complete(true);
              } else {
                vertx.setTimer(RETRY_MILLIS, id -> reopen());
                tried.complete(false);
              }
            });
    return tried.future();
  }

  private void reopen() {
    if (!isClosed) {
      var unused = open();
    }
  }

  private void opened(HttpClientConnection connection) {
    http = connection;
    connection.exceptionHandler(reset -> {}); // It closes too.
    connection.closeHandler(closed -> lost(connection, "connection-lost"));
    lane.opened(this);
    onOpen.run();
  }

  private void lost(HttpClientConnection connection, String problem) {
    if (http != connection) {
      return;
    }
    http = null;
    lane.closed(this);
    reopen();
    answer(waiting, new Response.Lost(problem));
  }

  Lane lane() {
    return lane;
  }

  boolean isOpen() {
    return http != null;
  }

  /**
   * Sends a call while the connection is open and no other is on it.
   *
   * @param now nanoseconds since the run began
   * @param then is told once what came
   */
  void send(Call call, long now, Consumer<Response> then) {
    HttpClientConnection connection = http;
    waiting = then;
    sent = now;
    if (connection == null) {
      answer(then, new Response.Lost("connection-lost"));
      return;
    }
    RequestOptions options = new RequestOptions().setMethod(call.method()).setURI(call.uri());
    call.headers().forEach(options::putHeader);
    connection.request(options).onComplete(ready -> write(connection, ready, call, then));
  }

  private void write(
      HttpClientConnection connection,
      AsyncResult<HttpClientRequest> ready,
      Call call,
      Consumer<Response> then) {
    if (ready.failed()) {
      fail(then);
      return;
    }
    HttpClientRequest request = ready.result();
    Buffer body = call.body();
    Future<HttpClientResponse> response = body == null ? request.send() : request.send(body);
    response.onComplete(
        came -> {
          if (came.failed()) {
            fail(then);
            return;
          }
          HttpClientResponse head = came.result();
          head.body()
              .onComplete(
                  whole -> {
                    if (whole.succeeded()) {
                      if ("close".equalsIgnoreCase(head.getHeader(HttpHeaders.CONNECTION))) {
                        leave(connection);
                      }
                      answer(
                          then,
                          new Response.Came(head.statusCode(), head.headers(), whole.result()));
                    } else {
                      fail(then);
                    }
                  });
        });
  }

  /** The server takes no further request on this connection. */
  private void leave(HttpClientConnection connection) {
    if (http == connection) {
      http = null;
      lane.closed(this);
      var unused = connection.close();
      reopen();
    }
  }

  private void fail(Consumer<Response> then) {
    if (waiting == then && http != null) {
      http.close();
    } else {
      answer(then, new Response.Lost("connection-lost"));
    }
  }

  private void answer(@Nullable Consumer<Response> then, Response response) {
    if (then != null && waiting == then) {
      waiting = null;
      then.accept(response);
    }
  }

  /** Gives up on a call that was sent before this moment: nobody knows what became of it. */
  void giveUpBefore(long moment) {
    HttpClientConnection connection = http;
    if (waiting != null && connection != null && sent < moment) {
      lost(connection, "timeout");
      var unused = connection.close();
    }
  }

  void close() {
    isClosed = true;
    if (http != null) {
      http.close();
    }
  }
}
