package org.quorate.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.QuorumException;

/** A failed request, answered as RFC 9457 problem details. */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final CharSequence CONTENT_TYPE =
      HttpHeaders.createOptimized("application/problem+json");
  private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");

  private final int status;
  private final String type;
  private final String title;
  private final transient JsonObject more = new JsonObject();
  private transient @Nullable Buffer bytes;

  Problem(int status, String type, String title, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.type = type;
    this.title = title;
  }

  public static Problem invalidParameter(String name, String value, String allowed) {
    return new Problem(
        400,
        "invalid-parameter",
        "A parameter is not allowed",
        name + "=" + shorten(value) + ": allowed is " + allowed);
  }

  static Problem invalidKey(String detail) {
    return new Problem(400, "invalid-key", "The bucket or key is not allowed", detail);
  }

  static Problem invalidContext(String detail) {
    return new Problem(
        400, "invalid-context", "The context cannot be used", "Quorate-Context: " + detail);
  }

  static Problem notFound(String detail) {
    return new Problem(404, "not-found", "Nothing is there", detail);
  }

  static Problem notApplied(int status, String type, String title, String detail) {
    Problem problem = new Problem(status, type, title, detail);
    problem.more.put("outcome", "not_applied").put("retryable", status == 503);
    return problem;
  }

  /** A change of the cluster that makes no sense. */
  public static Problem invalidChange(String kind, String detail) {
    return new Problem(400, "invalid-parameter", "The " + kind + " is not possible", detail);
  }

  /** A change of the cluster that its state does not allow. */
  public static Problem conflict(String detail) {
    return notApplied(409, "change-refused", "The cluster is changing otherwise", detail);
  }

  /** A change that no majority of the members agreed on in time. */
  public static Problem undecided(String detail, boolean mayTakeEffect) {
    Problem problem = new Problem(503, "no-majority", "The members did not agree", detail);
    problem.more.put("outcome", mayTakeEffect ? "unknown" : "not_applied").put("retryable", true);
    return problem;
  }

  static Problem internal() {
    Problem problem = new Problem(500, "internal-error", "The node failed", "see the node's log");
    problem.more.put("outcome", "unknown").put("retryable", false);
    return problem;
  }

  static Problem malformed() {
    return notApplied(
        400, "malformed-request", "The request is not HTTP", "it cannot be read as HTTP/1.1");
  }

  /** The bucket's keys can be neither read nor written for a moment. */
  public static Problem founding(String bucket) {
    return unready("n of bucket " + bucket + " is being set");
  }

  /** What cannot be done now, and may be later. */
  public static Problem unready(String detail) {
    return notApplied(503, "not-ready", "This is not possible now", detail);
  }

  static Problem overloaded(String detail) {
    return notApplied(503, "overloaded", "The node has too much to do", detail);
  }

  static Problem of(QuorumException e) {
    Problem problem =
        switch (e.kind()) {
          case QUORUM_UNREACHABLE ->
              new Problem(
                  503,
                  "quorum-unreachable",
                  "Too few owners are up",
                  e.required() + " owners must answer; nothing was sent");
          case QUORUM_TIMEOUT ->
              new Problem(
                  504,
                  "quorum-timeout",
                  "Too few owners answered in time",
                  e.acked() + " of " + e.required() + " needed owners answered");
          case OTHER_N ->
              new Problem(
                  503,
                  "not-ready",
                  "The bucket was not ready",
                  "its n has been set meanwhile; nothing was sent");
          case OVERLOADED ->
              new Problem(503, "overloaded", "Owners have too much to do", "owners refused");
          case DISK_FULL ->
              new Problem(503, "disk-full", "Disks are full", "free space is below the reserve");
          case TOO_MANY_SIBLINGS ->
              new Problem(
                  409,
                  "too-many-siblings",
                  "The key has too many siblings",
                  "the write would make more than 100; read the key and send its context back");
        };
    JsonArray replicas = new JsonArray();
    e.parts()
        .forEach(
            part ->
                replicas.add(
                    new JsonObject().put("node", part.node()).put("result", part.result())));
    problem
        .more
        .put("outcome", e.isNotApplied() ? "not_applied" : "unknown")
        .put("required", e.required())
        .put("acked", e.acked())
        .put("replicas", replicas)
        .put("retryable", problem.status != 409);
    return problem;
  }

  private static String shorten(String value) {
    return value.length() <= 64 ? value : value.substring(0, 64) + "…";
  }

  int status() {
    return status;
  }

  /** The problem type in the words of metrics. */
  String type() {
    return type;
  }

  Future<Void> send(HttpServerResponse response, boolean withBody) {
    Buffer body = bytes();
    response.setStatusCode(status);
    response.headers().set(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE);
    if (status == 503) {
      response.headers().set(RETRY_AFTER, "1");
    }
    if (withBody) {
      return response.end(body);
    }
    response.headers().set(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()));
    return response.end();
  }

  /** Made once: some problems are thrown again and again when there is the least time for it. */
  private Buffer bytes() {
    Buffer made = bytes;
    if (made == null) {
      made =
          new JsonObject()
              .put("type", type)
              .put("title", title)
              .put("status", status)
              .put("detail", getMessage())
              .mergeIn(more)
              .toBuffer();
      bytes = made;
    }
    return made;
  }
}
