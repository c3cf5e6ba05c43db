package org.quorate.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.quorate.version.Key;

/** Reads the bucket and key out of a request's path, exactly as it stands. */
final class KeyPath {
  private KeyPath() {}

  /**
   * The key that {@code bucket/key}, percent-encoded, names.
   *
   * @throws Problem 404 for another number of segments, 400 invalid-key for segments that no key
   *     has
   */
  static Key parse(String rest) {
    int slash = rest.indexOf('/');
    if (slash < 0 || rest.indexOf('/', slash + 1) >= 0) {
      throw Problem.notFound("the path is not of the form {bucket}/{key}");
    }
    byte[] bucket = decode("bucket", rest.substring(0, slash));
    byte[] key = decode("key", rest.substring(slash + 1));
    try {
      return Key.of(bucket, key);
    } catch (IllegalArgumentException e) {
      throw Problem.invalidKey(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The bucket that one percent-encoded segment names.
   *
   * @throws Problem as for {@link #parse}
   */
  static String bucket(String segment) {
    return parse(segment + "/-").bucket();
  }

  /** One path segment's bytes, which must be UTF-8. */
  static byte[] decode(String part, String segment) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(segment.length());
    int allBits = 0;
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%') {
        int high = hex(segment, i + 1);
        int low = hex(segment, i + 2);
        if (high < 0 || low < 0) {
          throw Problem.invalidKey(part + " has a '%' without two hexadecimal digits after it");
        }
        out.write(high * 16 + low);
        allBits |= high * 16;
        i += 2;
      } else if (c <= ' ' || c >= 0x7F) {
        throw Problem.invalidKey(part + " has a character that must be percent-encoded");
      } else {
        out.write(c);
      }
    }
    byte[] bytes = out.toByteArray();
    if (allBits >= 0x80) {
      requireUtf8(part, bytes);
    }
    requireNoDots(part, bytes);
    return bytes;
  }

  private static int hex(String segment, int at) {
    return at < segment.length() ? Character.digit(segment.charAt(at), 16) : -1;
  }

  private static void requireUtf8(String part, byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      throw Problem.invalidKey(part + " is not UTF-8");
    }
  }

  private static void requireNoDots(String part, byte[] bytes) {
    boolean dots = bytes.length <= 2 && bytes.length > 0 && bytes[0] == '.';
    if (dots && bytes[bytes.length - 1] == '.') {
      throw Problem.invalidKey(part + " is a dot segment, which clients and proxies rewrite");
    }
  }
}
