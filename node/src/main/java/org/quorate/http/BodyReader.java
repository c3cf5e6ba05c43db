package org.quorate.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Loop;

/**
 * Reads a request's body up to a limit. A body that makes no progress for a second is given up, so
 * that a slow client holds its permit no longer than that.
 */
final class BodyReader {
  private static final long PROGRESS_MILLIS = 1000;

  private final HttpServerRequest request;
  private final long limit;
  private final Loop loop;
  private final Promise<byte[]> done = Promise.promise();
  private byte[] bytes;
  private int size;
  private int sizeAtLastCheck = -1;
  private Loop.@Nullable Timer check;

  BodyReader(HttpServerRequest request, long expected, long limit, Loop loop) {
    this.request = request;
    this.limit = limit;
    this.loop = loop;
    this.bytes = new byte[(int) Math.max(0, expected)];
  }

  /** Completes with the body; fails with {@link Problem} 413 or 408. */
  Future<byte[]> read() {
    request.handler(this::add);
    request.exceptionHandler(e -> fail(Problem.malformed()));
    request.endHandler(end -> finish());
    check = loop.after(PROGRESS_MILLIS, this::checkProgress);
    return done.future();
  }

  private void add(Buffer piece) {
    int length = piece.length();
    if (size + (long) length > limit) {
      fail(tooLarge(size + (long) length, limit));
      return;
    }
    if (size + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(size + length, 2L * size)));
    }
    piece.getBytes(0, length, bytes, size);
    size += length;
  }

  static Problem tooLarge(long length, long limit) {
    return Problem.notApplied(
        413,
        "value-too-large",
        "The value is too large",
        length + " bytes > " + limit + " allowed");
  }

  private static Problem timedOut(String detail) {
    return Problem.notApplied(408, "request-timeout", "The body did not come", detail);
  }

  private void finish() {
    if (check != null) {
      check.cancel();
    }
    done.tryComplete(size == bytes.length ? bytes : Arrays.copyOf(bytes, size));
  }

  private void checkProgress() {
    if (size == sizeAtLastCheck) {
      fail(timedOut(size + " bytes came and then none for " + PROGRESS_MILLIS + " ms"));
      return;
    }
    sizeAtLastCheck = size;
    check = loop.after(PROGRESS_MILLIS, this::checkProgress);
  }

  private void fail(Problem problem) {
    if (check != null) {
      check.cancel();
    }
    bytes = new byte[0];
    request.handler(rest -> {});
    done.tryFail(problem);
  }
}
