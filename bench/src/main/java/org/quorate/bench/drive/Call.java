package org.quorate.bench.drive;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request to a store. */
public record Call(
    HttpMethod method, String uri, Map<String, String> headers, @Nullable Buffer body) {}
