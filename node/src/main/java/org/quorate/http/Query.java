package org.quorate.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request's parameters: each known to the request, each given once. */
final class Query {
  private final Map<String, String> values = new HashMap<>();

  /**
   * @param allowed what this request may be given
   * @throws Problem 400 invalid-parameter
   */
  Query(@Nullable String query, Set<String> allowed) {
    if (query == null || query.isEmpty()) {
      return;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      if (!allowed.contains(name)) {
        throw Problem.invalidParameter(
            name,
            value,
            allowed.isEmpty()
                ? "no parameter"
                : "one of " + String.join(", ", allowed.stream().sorted().toList()));
      }
      if (values.put(name, value) != null) {
        throw Problem.invalidParameter(name, value, "to be given once");
      }
    }
  }

  @Nullable String get(String name) {
    return values.get(name);
  }

  /** {@code r} or {@code w}: a number 1 to n, or a word for one. */
  int quorum(String name, int byDefault, int n) {
    String value = values.get(name);
    if (value == null) {
      return byDefault;
    }
    return switch (value) {
      case "one" -> 1;
      case "quorum" -> n / 2 + 1;
      case "all" -> n;
      default -> number(name, value, n);
    };
  }

  private static int number(String name, String value, int n) {
    if (value.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(value);
      if (number >= 1 && number <= n) {
        return number;
      }
      if (number > n) {
        throw Problem.invalidParameter(
            name,
            value,
            "1 to " + n + ", one, quorum, all (" + name + "=" + value + " > n=" + n + ")");
      }
    }
    throw Problem.invalidParameter(name, value, "1 to " + n + ", one, quorum, all");
  }

  boolean flag(String name) {
    String value = values.get(name);
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw Problem.invalidParameter(name, value, "true or false");
  }

  /** {@code timeout} in nanoseconds. */
  long timeoutNanos() {
    String value = values.get("timeout");
    if (value == null) {
      return 2_000_000_000L;
    }
    if (value.matches("[0-9]{1,6}(ms|s)")) {
      boolean inMillis = value.endsWith("ms");
      long number = Long.parseLong(value.substring(0, value.length() - (inMillis ? 2 : 1)));
      long millis = inMillis ? number : number * 1000;
      if (millis >= 1 && millis <= 60_000) {
        return millis * 1_000_000;
      }
    }
    throw Problem.invalidParameter(
        "timeout", value, "a whole number followed by ms or s, 1ms to 60s");
  }
}
