package org.quorate.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server of one event loop; made on that loop. */
public final class HttpApi {
  private static final int MAX_LINE_BYTES = 8 << 10;
  private static final int MAX_HEADERS_BYTES = 64 << 10;
  private static final int IDLE_SECONDS = 60;

  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

  private final KvHandler keys;
  private final AdminHandler admin;
  private final HttpServer server;

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
      MeterRegistry registry) {
    Admission admission =
        new Admission(Runtime.getRuntime().maxMemory() / loops, node.maxValueBytes());
    Tags tags = Tags.of("loop", String.valueOf(index));
    registry.gauge("quorate.http.requests.active", tags, admission, Admission::requests);
    registry.gauge("quorate.http.body.bytes", tags, admission, Admission::bodyBytes);
    keys = new KvHandler(node, loop, clock, admission, new HttpMetrics(registry));
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
            .requestHandler(this::handle)
            .invalidRequestHandler(HttpApi::malformed);
  }

  public Future<Integer> listen(String host, int port) {
    return server.listen(port, host).map(HttpServer::actualPort);
  }

  /** Takes no new connections and lets requests in flight finish. */
  public Future<Void> drain(long millis) {
    return server.shutdown(millis, TimeUnit.MILLISECONDS);
  }

  private void handle(HttpServerRequest request) {
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
