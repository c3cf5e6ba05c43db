package org.quorate.http;

import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quorate.version.CausalContext;
import org.quorate.version.ContextToken;
import org.quorate.version.DecodeException;
import org.quorate.version.Header;
import org.quorate.version.Key;

/** What a client asks of one key, read strictly from the request's headers. */
final class KvRequest {
  static final String CONTEXT = "Quorate-Context";

  /** Asks for the times of a write's acknowledgements; its value means nothing. */
  static final String TIMING = "Quorate-Timing";

  private static final String META_PREFIX = "quorate-meta-";
  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final List<String> CONDITIONS =
      List.of("If-Match", "If-None-Match", "If-Unmodified-Since");

  private KvRequest() {}

  /** Parameters that a method may be given. */
  static Set<String> parameters(String method) {
    return switch (method) {
      case "PUT" -> Set.of("w", "sloppy", "timeout", "return");
      case "DELETE" -> Set.of("w", "r", "sloppy", "timeout");
      default -> Set.of("r", "sloppy", "timeout", "sibling");
    };
  }

  /**
   * @throws Problem 501 for conditions, which could not be kept as linearizable promises
   */
  static void requireUnconditional(MultiMap headers) {
    for (String condition : CONDITIONS) {
      if (headers.contains(condition)) {
        throw Problem.notApplied(
            501,
            "not-supported",
            "Conditional writes are not supported",
            condition + " cannot be kept as a linearizable promise; use Quorate-Context");
      }
    }
  }

  /**
   * What the client has seen, or null where it does not say.
   *
   * @throws Problem 400 invalid-context
   */
  static @Nullable CausalContext seen(Key key, MultiMap headers) {
    List<String> tokens = headers.getAll(CONTEXT);
    if (tokens.isEmpty()) {
      return null;
    }
    if (tokens.size() > 1) {
      throw Problem.invalidContext("given " + tokens.size() + " times");
    }
    String token = tokens.get(0);
    if (token.equals(ContextToken.NONE)) {
      return CausalContext.EMPTY;
    }
    if (token.isEmpty()) {
      throw Problem.invalidContext("empty; allowed are a context that was read, or none");
    }
    try {
      return ContextToken.decode(key, token);
    } catch (DecodeException e) {
      throw Problem.invalidContext(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The headers to be stored with the value.
   *
   * @throws Problem 400 invalid-parameter where they are too long together
   */
  static List<Header> stored(MultiMap headers) {
    List<Header> stored = new ArrayList<>(1);
    int bytes = 0;
    for (Map.Entry<String, String> entry : headers) {
      if (isStored(entry.getKey())) {
        String name = entry.getKey().toLowerCase(Locale.ROOT);
        stored.add(new Header(name, entry.getValue()));
        bytes += name.length() + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
      }
    }
    if (bytes > MAX_HEADER_BYTES) {
      throw Problem.invalidParameter(
          "headers to store", bytes + " bytes", "at most " + MAX_HEADER_BYTES + " bytes together");
    }
    return stored;
  }

  private static boolean isStored(String name) {
    return name.equalsIgnoreCase("content-type")
        || name.equalsIgnoreCase("content-encoding")
        || name.regionMatches(true, 0, META_PREFIX, 0, META_PREFIX.length());
  }

  static boolean isMeta(Header header) {
    return header.name().startsWith(META_PREFIX);
  }

  static String metaName(Header header) {
    return header.name().substring(META_PREFIX.length());
  }
}
