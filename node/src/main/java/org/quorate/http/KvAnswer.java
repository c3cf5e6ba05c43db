package org.quorate.http;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.ReadResult;
import org.quorate.coordinator.WriteResult;
import org.quorate.version.CausalContext;
import org.quorate.version.ContextToken;
import org.quorate.version.Header;
import org.quorate.version.Key;
import org.quorate.version.State;
import org.quorate.version.Version;

/** Writes the answer to a request on a key. */
final class KvAnswer {
  private static final CharSequence CONTEXT = HttpHeaders.createOptimized(KvRequest.CONTEXT);
  private static final CharSequence QUORUM = HttpHeaders.createOptimized("Quorate-Quorum");
  private static final CharSequence SIBLINGS = HttpHeaders.createOptimized("Quorate-Siblings");
  private static final CharSequence SERVER_TIMING = HttpHeaders.createOptimized("Server-Timing");
  private static final CharSequence ETAG = HttpHeaders.createOptimized("ETag");
  private static final CharSequence LAST_MODIFIED = HttpHeaders.createOptimized("Last-Modified");
  private static final CharSequence VARY = HttpHeaders.createOptimized("Vary");

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final MultiMap headers;
  private final Key key;
  private final Span span;
  private String outcome = "ok";

  KvAnswer(HttpServerRequest request, Key key, Span span) {
    this.span = span;
    this.request = request;
    this.response = request.response();
    this.headers = response.headers();
    this.key = key;
  }

  /** What happened, in the words of metrics. */
  String outcome() {
    return outcome;
  }

  void quorum(ReadResult result) {
    quorum(result.n(), "r", result.r(), result.acks(), result.repaired());
  }

  void quorum(WriteResult result) {
    quorum(result.n(), "w", result.w(), result.agreed(), 0);
    if (request.headers().contains(KvRequest.TIMING)) {
      headers.set(SERVER_TIMING, timing(result.acks()));
    }
  }

  /** When each owner had stored it, in milliseconds (W3C Server Timing). */
  private static String timing(List<WriteResult.Ack> acks) {
    return acks.stream()
        .map(ack -> ack.node() + ";dur=" + ack.afterNanos() / 1e6)
        .collect(Collectors.joining(", "));
  }

  private void quorum(int n, String name, int needed, int acks, int repaired) {
    RequestSpan.got(span, acks, repaired);
    headers.set(
        QUORUM,
        "n=" + n + ", " + name + "=" + needed + ", acks=" + acks + ", repaired=" + repaired);
  }

  /** 204, with what the writer has seen now. */
  void done(CausalContext context) {
    headers.set(CONTEXT, ContextToken.encode(key, context));
    response.setStatusCode(204).end();
  }

  /**
   * The key's state: 200, 300 or 404.
   *
   * @param sibling the version to be sent alone, or null
   * @throws Problem 404, 406
   */
  void state(State state, @Nullable String sibling) {
    List<Version> versions = state.siblings().versions();
    if (versions.isEmpty() || (state.siblings().isTombstone() && sibling == null)) {
      absent(state);
      return;
    }
    String context = ContextToken.encode(key, state.siblings().context());
    headers.set(CONTEXT, context);
    headers.set(SIBLINGS, String.valueOf(versions.size()));
    headers.set(ETAG, "\"" + Long.toHexString(state.digest()) + "\"");
    if (sibling != null) {
      send(find(versions, sibling));
    } else if (versions.size() == 1 && !Accept.namesSiblings(accept())) {
      send(versions.get(0));
    } else {
      sendAll(context, versions);
    }
  }

  private void absent(State state) {
    outcome = "not-found";
    if (!state.siblings().isEmpty()) {
      headers.set(CONTEXT, ContextToken.encode(key, state.siblings().context()));
    }
    Problem.notFound("the key has no value").send(response, !isHead());
  }

  private static Version find(List<Version> versions, String sibling) {
    for (Version version : versions) {
      if (!version.deleted() && SiblingsBody.id(version.dot()).equals(sibling)) {
        return version;
      }
    }
    throw Problem.notFound("the key has no such sibling with a value");
  }

  private List<String> accept() {
    return request.headers().getAll(HttpHeaders.ACCEPT);
  }

  private void send(Version version) {
    headers.set(LAST_MODIFIED, HttpDate.of(version.writtenMillis()));
    for (Header header : version.headers()) {
      headers.add(header.name(), header.value());
    }
    if (SiblingsBody.contentType(version) == null) {
      headers.set(HttpHeaders.CONTENT_TYPE, "application/octet-stream");
    }
    send(200, Buffer.buffer(version.value()));
  }

  private void sendAll(String context, List<Version> versions) {
    Accept.Form form = Accept.preferred(accept());
    if (form == null) {
      throw new Problem(
          406,
          "not-acceptable",
          "No form of siblings is accepted",
          "they come as application/json, application/vnd.quorate.siblings+json, multipart/mixed");
    }
    long newest = versions.stream().mapToLong(Version::writtenMillis).max().orElse(0);
    headers.set(LAST_MODIFIED, HttpDate.of(newest));
    headers.set(VARY, "Accept");
    int status = versions.size() == 1 ? 200 : 300;
    if (form == Accept.Form.MULTIPART) {
      String boundary = "quorate-" + SiblingsBody.id(versions.get(0).dot()) + "-" + key.hashCode();
      headers.set(HttpHeaders.CONTENT_TYPE, form.mediaType + "; boundary=" + boundary);
      send(status, SiblingsBody.multipart(boundary, versions));
    } else {
      headers.set(HttpHeaders.CONTENT_TYPE, form.mediaType);
      send(status, SiblingsBody.json(context, versions));
    }
  }

  private void send(int status, Buffer body) {
    response.setStatusCode(status);
    if (isHead()) {
      headers.set(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()));
      response.end();
    } else {
      response.end(body);
    }
  }

  private boolean isHead() {
    return request.method().name().equals("HEAD");
  }
}
