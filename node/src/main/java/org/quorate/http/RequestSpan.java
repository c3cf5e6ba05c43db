package org.quorate.http;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.quorate.runtime.Tracing;
import org.slf4j.MDC;

/**
 * The span of a request on a key (OpenTelemetry, semantic conventions for HTTP spans). It never
 * names the key.
 */
final class RequestSpan {
  private static final String ROUTE = KvHandler.PREFIX + "{bucket}/{key}";
  private static final Map<String, String> NAMES =
      Stream.of("GET", "HEAD", "PUT", "DELETE")
          .collect(Collectors.toMap(Function.identity(), method -> method + " " + ROUTE));
  private static final TextMapGetter<MultiMap> HEADERS =
      (headers, name) -> headers == null ? null : headers.get(name);

  private RequestSpan() {}

  static Span begin(Tracing tracing, HttpServerRequest request) {
    String method = request.method().name();
    Span span =
        tracing.request(NAMES.getOrDefault(method, "HTTP " + ROUTE), request.headers(), HEADERS);
    if (span.isRecording()) {
      span.setAttribute("http.request.method", NAMES.containsKey(method) ? method : "_OTHER")
          .setAttribute("http.route", ROUTE);
    }
    return span;
  }

  /**
   * What was asked for.
   *
   * @param quorum its name: {@code r} or {@code w}
   */
  static void asked(Span span, int n, String quorum, int needed) {
    if (span.isRecording()) {
      span.setAttribute("quorate.n", n).setAttribute("quorate." + quorum, needed);
    }
  }

  /** What was got. */
  static void got(Span span, int acks, int repaired) {
    if (span.isRecording()) {
      span.setAttribute("quorate.acks", acks).setAttribute("quorate.repaired", repaired);
    }
  }

  /**
   * @param outcome in the words of metrics
   */
  static void end(Span span, int status, String outcome) {
    if (span.isRecording()) {
      span.setAttribute("http.response.status_code", status)
          .setAttribute("quorate.outcome", outcome);
      if (status >= 500) {
        span.setStatus(StatusCode.ERROR, outcome);
      }
      span.end();
    }
  }

  /** Logs with the id of the trace, if there is one. */
  static void log(Span span, Runnable logging) {
    if (span.getSpanContext().isValid()) {
      try (var traced = MDC.putCloseable("trace_id", span.getSpanContext().getTraceId())) {
        logging.run();
      }
    } else {
      logging.run();
    }
  }
}
