package org.quorate.bench.drive;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Answer.Outcome;
import org.quorate.bench.measure.Sample.Found;

/** Quorate's own HTTP contract. */
public final class Quorate implements Dialect {
  /** Says that nothing was seen: the context of a write after a read that found nothing. */
  private static final String SEEN_NOTHING = "none";

  private static final String CONTEXT = "Quorate-Context";

  private final String prefix;
  private final String readQuery;
  private final String writeQuery;
  private final String deleteQuery;

  /**
   * @param bucket of all keys
   */
  public Quorate(String bucket, Quorums quorums) {
    this.prefix = "/v1/kv/" + encode(bucket) + "/";
    this.readQuery = quorums.query(true, false);
    this.writeQuery = quorums.query(false, true);
    this.deleteQuery = quorums.query(true, true);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public Call read(String key) {
    return new Call(HttpMethod.GET, prefix + encode(key) + readQuery, Map.of(), null);
  }

  @Override
  public Call write(String key, byte[] value, @Nullable String context) {
    Map<String, String> headers = context == null ? Map.of() : Map.of(CONTEXT, context);
    return new Call(
        HttpMethod.PUT, prefix + encode(key) + writeQuery, headers, Buffer.buffer(value));
  }

  @Override
  public Call delete(String key) {
    return new Call(HttpMethod.DELETE, prefix + encode(key) + deleteQuery, Map.of(), null);
  }

  @Override
  public Answer answer(Call call, int status, MultiMap headers, Buffer body, boolean wantsValues) {
    boolean isRead = call.method().equals(HttpMethod.GET);
    if (status == 204) {
      return Answer.WRITTEN;
    }
    if (isRead && status == 200) {
      List<byte[]> values = wantsValues ? List.of(body.getBytes()) : List.of();
      return Answer.found(Found.ONE, values, headers.get(CONTEXT));
    }
    if (isRead && status == 300) {
      List<byte[]> values = wantsValues ? siblings(body) : List.of();
      return Answer.found(Found.SIBLINGS, values, headers.get(CONTEXT));
    }
    if (isRead && status == 404) {
      String context = headers.get(CONTEXT);
      return Answer.found(Found.NOTHING, List.of(), context == null ? SEEN_NOTHING : context);
    }
    return problem(status, body);
  }

  private static List<byte[]> siblings(Buffer body) {
    JsonArray siblings = body.toJsonObject().getJsonArray("siblings");
    if (siblings == null) {
      throw new IllegalArgumentException("no siblings");
    }
    List<byte[]> values = new ArrayList<>();
    for (Object sibling : siblings) {
      if (!(sibling instanceof JsonObject version)) {
        throw new IllegalArgumentException("a sibling that is no object");
      }
      if (!version.getBoolean("deleted", false)) {
        values.add(Base64.getDecoder().decode(version.getString("value")));
      }
    }
    return values;
  }

  private static Answer problem(int status, Buffer body) {
    JsonObject problem = body.length() == 0 ? new JsonObject() : body.toJsonObject();
    String type = problem.getString("type", "http-" + status);
    String outcome = problem.getString("outcome", status / 100 == 4 ? "not_applied" : "unknown");
    return Answer.failed(
        outcome.equals("not_applied") ? Outcome.NOT_APPLIED : Outcome.UNKNOWN,
        type.substring(type.lastIndexOf('/') + 1));
  }
}
