package org.quorate.console;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Arrays of one kind in answers. */
final class Json {
  private Json() {}

  /** Empty if there is no such array. */
  static List<JsonObject> objects(JsonObject in, String name) {
    return in.getJsonArray(name, new JsonArray()).stream().map(JsonObject.class::cast).toList();
  }

  /** Empty if there is no such array. */
  static List<String> texts(JsonObject in, String name) {
    return in.getJsonArray(name, new JsonArray()).stream().map(String.class::cast).toList();
  }
}
