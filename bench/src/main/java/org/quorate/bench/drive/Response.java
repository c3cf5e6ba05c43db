package org.quorate.bench.drive;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/** What came back over HTTP, or why nothing did. */
sealed interface Response {
  record Came(int status, MultiMap headers, Buffer body) implements Response {}

  /**
   * The connection was lost, or it took too long: nobody knows whether the call was carried out.
   */
  record Lost(String problem) implements Response {}
}
