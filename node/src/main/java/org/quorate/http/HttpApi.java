package org.quorate.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Tracing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server of one event loop; made on that loop. */
public final class HttpApi {
  private static final int MAX_LINE_BYTES = 8 << 10;
  private static final int MAX_HEADERS_BYTES = 64 << 10;
  private static final int IDLE_SECONDS = 60;
  private static final long SETTLE_MILLIS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

  private final KvHandler keys;
  private final AdminHandler admin;
  private final HttpServer server;
  private final Loop loop;
  private final Set<HttpConnection> connections = new HashSet<>();
  private final Promise<Void> deserted = Promise.promise();
  private @Nullable Channel listener;
  private boolean leaving;

  /**
   * @param index of the loop among them
   * @param loops event loops that share the heap
   */
  public HttpApi(
      Vertx vertx,
      NodeView node,
      Loop loop,
      int index,
      int loops,
      Clock clock,
      MeterRegistry registry,
      Tracing tracing) {
    this.loop = loop;
    Admission admission =
        new Admission(Runtime.getRuntime().maxMemory() / loops, node.maxValueBytes());
    Tags tags = Tags.of("loop", String.valueOf(index));
    registry.gauge("quorate.http.requests.active", tags, admission, Admission::requests);
    registry.gauge("quorate.http.body.bytes", tags, admission, Admission::bodyBytes);
    keys = new KvHandler(node, loop, clock, admission, new HttpMetrics(registry), tracing);
    admin = new AdminHandler(vertx, node, loop);
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setMaxInitialLineLength(MAX_LINE_BYTES)
                    .setMaxHeaderSize(MAX_HEADERS_BYTES)
                    .setIdleTimeout(IDLE_SECONDS)
                    .setIdleTimeoutUnit(TimeUnit.SECONDS)
                    .setTcpNoDelay(true)
                    .setHttp2ClearTextEnabled(false))
            .connectionHandler(this::connected)
            .requestHandler(this::handle)
            .invalidRequestHandler(HttpApi::malformed);
  }

  public Future<Integer> listen(String host, int port) {
    return server.listen(port, host).map(HttpServer::actualPort);
  }

  private void connected(HttpConnection connection) {
    if (listener == null) {
      listener = ((ConnectionBase) connection).channel().parent();
    }
    connections.add(connection);
    connection.closeHandler(
        closed -> {
          connections.remove(connection);
          leaveIfDeserted();
        });
  }

  /**
   * Takes no new connections, asks the clients of open ones to go elsewhere, and lets requests in
   * flight finish. To be called on the loop.
   *
   * <p>A connection that is closed just when a request comes fails a request of which nobody knows
   * whether it was done, so clients are given time to close: each answer tells them to.
   *
   * <p>Vert.x can only stop listening and close idle connections at once, so the socket that
   * listens is closed first; what the kernel accepted a moment before is still served.
   *
   * @param leaveMillis for clients to go
   * @param finishMillis for requests in flight after that
   */
  public Future<Void> drain(long leaveMillis, long finishMillis) {
    if (listener != null) {
      var unused = listener.close();
    }
    leaving = true;
    loop.after(SETTLE_MILLIS, this::leaveIfDeserted);
    loop.after(leaveMillis, deserted::tryComplete);
    return deserted.future().compose(gone -> server.shutdown(finishMillis, TimeUnit.MILLISECONDS));
  }

  private void leaveIfDeserted() {
    if (leaving && connections.isEmpty()) {
      deserted.tryComplete();
    }
  }

  private void handle(HttpServerRequest request) {
    if (leaving) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    try {
      route(request);
    } catch (RuntimeException e) {
      LOG.error("a request could not be handled", e);
      Problem.internal().send(request.response(), true);
    }
  }

  private void route(HttpServerRequest request) {
    if (request.decoderResult().isFailure() || request.headers().contains("")) {
      malformed(request);
      return;
    }
    String path = request.path();
    if (path != null && path.startsWith(KvHandler.PREFIX)) {
      keys.handle(request, path.substring(KvHandler.PREFIX.length()));
    } else if (path != null && path.startsWith(AdminHandler.REPLICAS_PREFIX)) {
      admin.replicas(request, path.substring(AdminHandler.REPLICAS_PREFIX.length()));
    } else if (path != null && path.startsWith(AdminHandler.BUCKETS_PREFIX)) {
      admin.bucket(request, path.substring(AdminHandler.BUCKETS_PREFIX.length()));
    } else {
      admin.handle(request);
    }
  }

  private static void malformed(HttpServerRequest request) {
    request.response().putHeader("Connection", "close");
    Problem.malformed()
        .send(request.response(), true)
        .onComplete(sent -> request.connection().close());
  }
}
