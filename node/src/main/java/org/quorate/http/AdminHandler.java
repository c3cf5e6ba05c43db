package org.quorate.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import org.quorate.coordinator.Coordinator;
import org.quorate.replica.Replica;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything but keys: health, metrics, and views of the node and its cluster. */
final class AdminHandler {
  static final String REPLICAS_PREFIX = "/v1/replicas/";
  static final String BUCKETS_PREFIX = "/v1/buckets/";

  private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);
  private static final int MAX_CHANGE_BYTES = 64 << 10;
  private static final String PLAN = "plan";
  private static final long HOLDINGS_NANOS = 2_000_000_000;
  private static final String OPEN_METRICS = "application/openmetrics-text";

  private final NodeView node;
  private final Loop loop;
  private final Router router;
  private final Buffer openApi = resource("openapi.json");

  AdminHandler(Vertx vertx, NodeView node, Loop loop) {
    this.node = node;
    this.loop = loop;
    this.router = Router.router(vertx);
    get("/livez", at -> text(at.response(), 200, "alive\n"));
    get(
        "/readyz",
        at -> {
          if (!node.isReady()) {
            throw new Problem(503, "not-ready", "The node is not ready", "it starts or drains");
          }
          text(at.response(), 200, "ready\n");
        });
    get("/metrics", at -> metrics(at.request()));
    get("/v1/cluster", at -> json(at.response(), node.cluster().toBuffer()));
    get("/v1/cluster/repair", at -> later(at.response(), 200, node.repair()));
    get("/v1/cluster/ring", at -> json(at.response(), node.ring().toBuffer()));
    get("/v1/node/partitions", at -> later(at.response(), 200, node.partitions()));
    get("/openapi.json", at -> json(at.response(), openApi));
    post(
        "/v1/node/drain",
        Set.of(),
        at -> {
          node.drain();
          json(at.response().setStatusCode(202), node.cluster().toBuffer());
        });
    for (String kind : List.of("join", "leave", "replace", "abort", "force")) {
      post("/v1/cluster/" + kind, Set.of(PLAN), at -> change(kind, at.request()));
    }
    router.errorHandler(404, at -> Problem.notFound("no such resource").send(at.response(), true));
    router.errorHandler(500, at -> failed(at.response(), at.failure()));
  }

  private interface Answer {
    void handle(RoutingContext at);
  }

  private void get(String path, Answer answer) {
    on(router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD), Set.of(), answer);
    router.route(path).handler(at -> methodNotAllowed(at.response(), "GET, HEAD"));
  }

  private void post(String path, Set<String> parameters, Answer answer) {
    on(router.route(path).method(HttpMethod.POST), parameters, answer);
    router.route(path).handler(at -> methodNotAllowed(at.response(), "POST"));
  }

  private static void on(Route at, Set<String> parameters, Answer answer) {
    at.handler(
        request -> {
          try {
            new Query(request.request().query(), parameters);
            answer.handle(request);
          } catch (Problem problem) {
            problem.send(request.response(), true);
          }
        });
  }

  private static void methodNotAllowed(HttpServerResponse response, String allowed) {
    response.putHeader("Allow", allowed);
    new Problem(405, "method-not-allowed", "The method is not allowed here", "Allow: " + allowed)
        .send(response, true);
  }

  private static void failed(HttpServerResponse response, Throwable e) {
    if (!(e instanceof Problem)) {
      LOG.error("a request could not be handled", e);
    }
    Problem problem =
        e instanceof Problem p
            ? p
            : new Problem(500, "internal-error", "The node failed", "see the node's log");
    problem.send(response, true);
  }

  void handle(HttpServerRequest request) {
    router.handle(request);
  }

  /** {@code /v1/buckets/{bucket}}, whose path is read as strictly as that of a value. */
  void bucket(HttpServerRequest request, String segment) {
    HttpServerResponse response = request.response();
    try {
      new Query(request.query(), Set.of());
      String name = KeyPath.bucket(segment);
      switch (request.method().name()) {
        case "GET", "HEAD" -> json(response, node.bucket(name).toBuffer());
        case "PUT" ->
            later(
                response,
                200,
                new BodyReader(request, -1, MAX_CHANGE_BYTES, loop)
                    .read()
                    .map(AdminHandler::body)
                    .compose(body -> node.setBucket(name, body))
                    .map(set -> node.bucket(name)));
        default -> methodNotAllowed(response, "GET, HEAD, PUT");
      }
    } catch (Problem problem) {
      problem.send(response, true);
    }
  }

  /** {@code /v1/replicas/{bucket}/{key}}, whose path is read as strictly as that of a value. */
  void replicas(HttpServerRequest request, String rest) {
    HttpServerResponse response = request.response();
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      methodNotAllowed(response, "GET, HEAD");
      return;
    }
    try {
      new Query(request.query(), Set.of());
      Key key = KeyPath.parse(rest);
      Coordinator coordinator = node.coordinator(key);
      int n = node.defaults(key).n();
      Listen.to(
          Hop.call(loop, coordinator.loop(), () -> coordinator.holdings(key, n, HOLDINGS_NANOS)),
          loop,
          holdings -> json(response, holdings(key, holdings)),
          e -> failed(response, e));
    } catch (Problem problem) {
      problem.send(response, true);
    }
  }

  private Buffer holdings(Key key, List<Coordinator.Holding> holdings) {
    JsonArray owners = new JsonArray();
    for (Coordinator.Holding holding : holdings) {
      Replica.Reading reading = holding.reading();
      JsonObject owner = new JsonObject().put("node", holding.node());
      State state = reading == null ? null : reading.state();
      if (state == null) {
        owner.put("state", "unreachable");
      } else {
        Siblings siblings = state.siblings();
        owner
            .put("state", siblings.isEmpty() ? "absent" : "ok")
            .put("digest", Long.toHexString(state.digest()))
            .put("siblings", siblings.versions().size())
            .put("tombstone", siblings.isTombstone());
      }
      owners.add(owner);
    }
    return new JsonObject().put("partition", node.partition(key)).put("owners", owners).toBuffer();
  }

  private void metrics(HttpServerRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    boolean openMetrics = accept != null && accept.contains(OPEN_METRICS);
    HttpServerResponse response = request.response();
    response.putHeader(
        HttpHeaders.CONTENT_TYPE,
        openMetrics
            ? OPEN_METRICS + "; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8");
    Listen.to(
        node.metrics(openMetrics),
        loop,
        text -> loop.execute(() -> response.end(text)),
        e -> loop.execute(() -> failed(response, e)));
  }

  /** Begins a change of the members; answers when it is decided on. Or tells what it would do. */
  private void change(String kind, HttpServerRequest request) {
    HttpServerResponse response = request.response();
    boolean isPlan = new Query(request.query(), Set.of(PLAN)).flag(PLAN);
    Future<JsonObject> body =
        new BodyReader(request, -1, MAX_CHANGE_BYTES, loop).read().map(AdminHandler::body);
    if (isPlan) {
      later(response, 200, body.compose(wanted -> node.plan(kind, wanted)));
      return;
    }
    later(
        response,
        202,
        body.compose(wanted -> node.change(kind, wanted)).map(begun -> node.cluster()));
  }

  private static JsonObject body(byte[] bytes) {
    try {
      return bytes.length == 0 ? new JsonObject() : new JsonObject(Buffer.buffer(bytes));
    } catch (DecodeException e) {
      throw Problem.invalidParameter("body", "not JSON", "a JSON object");
    }
  }

  private void later(HttpServerResponse response, int status, Future<JsonObject> body) {
    Listen.to(
        body,
        loop,
        shown -> loop.execute(() -> json(response.setStatusCode(status), shown.toBuffer())),
        e -> loop.execute(() -> failed(response, e)));
  }

  private static void json(HttpServerResponse response, Buffer body) {
    response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(body);
  }

  private static void text(HttpServerResponse response, int status, String text) {
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
        .end(text);
  }

  private static Buffer resource(String name) {
    try (InputStream in = AdminHandler.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing");
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
