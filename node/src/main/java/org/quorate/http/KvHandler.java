package org.quorate.http;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.Coordinator.Terms;
import org.quorate.coordinator.QuorumException;
import org.quorate.coordinator.WriteResult;
import org.quorate.replica.Write;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Tracing;
import org.quorate.version.CausalContext;
import org.quorate.version.Key;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests on keys: {@code /v1/kv/{bucket}/{key}}. For one event loop. */
final class KvHandler {
  static final String PREFIX = "/v1/kv/";

  private static final Logger LOG = LoggerFactory.getLogger(KvHandler.class);
  private static final byte[] NOTHING = {};
  private static final long DISCARD_AFTER_MILLIS = 50;
  private static final long DISCARD_MILLIS = 2000;

  private final NodeView node;
  private final Loop loop;
  private final Clock clock;
  private final Admission admission;
  private final HttpMetrics metrics;
  private final Tracing tracing;

  KvHandler(
      NodeView node,
      Loop loop,
      Clock clock,
      Admission admission,
      HttpMetrics metrics,
      Tracing tracing) {
    this.tracing = tracing;
    this.node = node;
    this.loop = loop;
    this.clock = clock;
    this.admission = admission;
    this.metrics = metrics;
  }

  /** One request on its way. */
  private final class Exchange {
    final HttpServerRequest request;
    final String op;
    final long started = clock.nanos();
    final Span span;
    Admission.@Nullable Permit permit;

    Exchange(HttpServerRequest request) {
      this.request = request;
      this.op = request.method().name().toLowerCase(Locale.ROOT);
      this.span = RequestSpan.begin(tracing, request);
    }

    void finish(String outcome) {
      finish(outcome, request.response().getStatusCode());
    }

    private void finish(String outcome, int status) {
      if (permit != null) {
        permit.release();
      }
      metrics.done(op, outcome, clock.nanos() - started);
      RequestSpan.end(span, status, outcome);
    }

    void fail(Throwable e) {
      Problem problem =
          e instanceof Problem p
              ? p
              : e instanceof QuorumException q ? Problem.of(q) : unexpected(e, span);
      if (e instanceof QuorumException q) {
        RequestSpan.got(span, q.acked(), 0);
      }
      finish(problem.type(), problem.status());
      HttpServerResponse response = request.response();
      if (response.closed() || response.ended()) {
        return;
      }
      if (!request.isEnded()) {
        discardRest();
      }
      problem.send(response, !request.method().name().equals("HEAD"));
    }

    private boolean isLarge() {
      String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
      return length == null || Long.parseLong(length) > Admission.SMALL_BYTES;
    }

    /**
     * Lets the client finish sending, so that it sees the answer, but not for long, and not before
     * what else came was answered: a burst of large bodies would hold up their own refusals.
     */
    private void discardRest() {
      request.handler(rest -> {});
      request.exceptionHandler(e -> {});
      if (isLarge()) {
        request.pause();
        loop.after(DISCARD_AFTER_MILLIS, request::resume);
      } else {
        request.resume();
      }
      loop.after(
          DISCARD_MILLIS,
          () -> {
            if (!request.isEnded()) {
              request.connection().close();
            }
          });
    }
  }

  private static Problem unexpected(Throwable e, Span span) {
    RequestSpan.log(span, () -> LOG.error("a request could not be handled", e));
    return Problem.internal();
  }

  void handle(HttpServerRequest request, String rest) {
    Exchange exchange = new Exchange(request);
    try {
      admission.requireRoom();
      String method = request.method().name();
      switch (method) {
        case "GET", "HEAD" -> get(exchange, KeyPath.parse(rest));
        case "PUT" -> put(exchange, KeyPath.parse(rest));
        case "DELETE" -> delete(exchange, KeyPath.parse(rest));
        default -> {
          request.response().putHeader("Allow", "GET, HEAD, PUT, DELETE");
          throw new Problem(
              405,
              "method-not-allowed",
              "The method is not allowed here",
              "Allow lists those that are");
        }
      }
    } catch (RuntimeException e) {
      exchange.fail(e);
    }
  }

  private Query query(HttpServerRequest request) {
    return new Query(request.query(), KvRequest.parameters(request.method().name()));
  }

  private Terms terms(Exchange exchange, Query query, String quorum, int byDefault, int n) {
    int needed = query.quorum(quorum, byDefault, n);
    RequestSpan.asked(exchange.span, n, quorum, needed);
    return new Terms(n, needed, query.flag("sloppy"), query.timeoutNanos(), exchange.span);
  }

  private <T> Future<T> coordinate(Key key, Function<Coordinator, Future<T>> call) {
    Coordinator coordinator = node.coordinator(key);
    return Hop.call(loop, coordinator.loop(), () -> call.apply(coordinator));
  }

  private void get(Exchange exchange, Key key) {
    HttpServerRequest request = exchange.request;
    Query query = query(request);
    NodeView.Defaults bucket = node.defaults(key);
    Terms terms = terms(exchange, query, "r", bucket.r(), bucket.n());
    String sibling = query.get("sibling");
    exchange.permit = admission.admit(0);
    Listen.to(
        coordinate(key, coordinator -> coordinator.read(key, terms)),
        loop,
        result -> {
          try {
            metrics.siblings(result.state().siblings().versions().size());
            KvAnswer answer = new KvAnswer(request, key, exchange.span);
            answer.quorum(result);
            answer.state(result.state(), sibling);
            exchange.finish(answer.outcome());
          } catch (RuntimeException e) {
            exchange.fail(e);
          }
        },
        exchange::fail);
  }

  private void put(Exchange exchange, Key key) {
    HttpServerRequest request = exchange.request;
    MultiMap headers = request.headers();
    KvRequest.requireUnconditional(headers);
    Query query = query(request);
    NodeView.Defaults bucket = node.defaults(key);
    Terms terms = terms(exchange, query, "w", bucket.w(), bucket.n());
    boolean returnsBody = returnsBody(query);
    long expected = expectedLength(headers);
    CausalContext seen = KvRequest.seen(key, headers);
    var stored = KvRequest.stored(headers);
    int limit = node.maxValueBytes();
    if (expected > limit) {
      throw BodyReader.tooLarge(expected, limit);
    }
    exchange.permit = admission.admit(expected < 0 ? limit : expected);
    if (headers.contains(HttpHeaders.EXPECT)) {
      request.response().writeContinue();
    }
    Listen.to(
        new BodyReader(request, expected, limit, loop)
            .read()
            .compose(
                value ->
                    coordinate(
                        key, c -> c.write(key, new Write(seen, false, stored, value), terms))),
        loop,
        result -> written(exchange, key, result, returnsBody),
        exchange::fail);
  }

  private static boolean returnsBody(Query query) {
    String value = query.get("return");
    if (value != null && !value.equals("body")) {
      throw Problem.invalidParameter("return", value, "body");
    }
    return value != null;
  }

  /** The body's length, -1 if it comes in chunks. */
  private static long expectedLength(MultiMap headers) {
    String length = headers.get(HttpHeaders.CONTENT_LENGTH);
    if (length != null) {
      return Long.parseLong(length);
    }
    if (!headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
      throw Problem.notApplied(
          411, "length-required", "The length is missing", "send Content-Length or chunks");
    }
    return -1;
  }

  private void written(Exchange exchange, Key key, WriteResult result, boolean returnsBody) {
    try {
      KvAnswer answer = new KvAnswer(exchange.request, key, exchange.span);
      answer.quorum(result);
      if (returnsBody) {
        answer.state(result.state(), null);
      } else {
        answer.done(result.context());
      }
      exchange.finish("ok");
    } catch (RuntimeException e) {
      exchange.fail(e);
    }
  }

  private void delete(Exchange exchange, Key key) {
    HttpServerRequest request = exchange.request;
    KvRequest.requireUnconditional(request.headers());
    Query query = query(request);
    NodeView.Defaults bucket = node.defaults(key);
    Terms terms = terms(exchange, query, "w", bucket.w(), bucket.n());
    int r = query.quorum("r", bucket.r(), terms.n());
    RequestSpan.asked(exchange.span, terms.n(), "r", r);
    CausalContext seen = KvRequest.seen(key, request.headers());
    exchange.permit = admission.admit(0);
    Listen.to(
        coordinate(
            key,
            c ->
                seen == null
                    ? c.deleteWhatIsSeen(key, r, terms)
                    : c.write(key, new Write(seen, true, List.of(), NOTHING), terms)),
        loop,
        result -> written(exchange, key, result, false),
        exchange::fail);
  }
}
