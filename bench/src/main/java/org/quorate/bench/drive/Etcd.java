package org.quorate.bench.drive;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Answer.Outcome;
import org.quorate.bench.measure.Sample.Found;

/**
 * The JSON gateway of etcd, version 3: a peer to compare with. Keys and values are sent in base64.
 */
public final class Etcd implements Dialect {
  private static final Base64.Encoder BASE64 = Base64.getEncoder();
  private static final String RANGE = "/v3/kv/range";

  private static Call call(String uri, JsonObject body) {
    return new Call(HttpMethod.POST, uri, Map.of(), body.toBuffer());
  }

  private static JsonObject of(String key) {
    return new JsonObject().put("key", BASE64.encodeToString(key.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public Call read(String key) {
    return call(RANGE, of(key));
  }

  @Override
  public Call write(String key, byte[] value, @Nullable String context) {
    return call("/v3/kv/put", of(key).put("value", BASE64.encodeToString(value)));
  }

  @Override
  public Call delete(String key) {
    return call("/v3/kv/deleterange", of(key));
  }

  @Override
  public Answer answer(Call call, int status, MultiMap headers, Buffer body, boolean wantsValues) {
    if (status != 200) {
      return Answer.failed(Outcome.UNKNOWN, "http-" + status);
    }
    if (!call.uri().equals(RANGE)) {
      return Answer.WRITTEN;
    }
    JsonArray found = body.toJsonObject().getJsonArray("kvs");
    return Answer.found(found == null ? Found.NOTHING : Found.ONE, List.of(), null);
  }
}
