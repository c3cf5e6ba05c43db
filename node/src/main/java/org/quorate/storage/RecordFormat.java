package org.quorate.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The bytes of a log record, little endian.
 *
 * <pre>
 *  0          4        8      9      11         15         19     19+keyN
 *  +----------+--------+------+------+----------+----------+------+--------+
 *  | head crc | length | kind | keyN | durable  | body crc | key  | body … |
 *  +----------+--------+------+------+----------+----------+------+--------+
 * </pre>
 *
 * <p>The lower half of the kind is one of the constants below, the upper half the key's layer. The
 * length counts the whole record. The head's CRC32C covers everything from the length to the key's
 * end, so a record with a damaged body still tells whose it was. {@code durable} is the offset up
 * to which the segment had been synced when the record was written: what is broken below the
 * highest such offset was damaged later, what is broken above it was torn by a crash.
 */
final class RecordFormat {
  static final int HEAD_BYTES = 19;

  /** No two records start within this many bytes. */
  static final int LEAST_BYTES = 16;

  /** The body is a key's siblings. */
  static final int STATE = 1;

  /** The same, of a key of which this owner may have forgotten writes. */
  static final int INCOMPLETE_STATE = 2;

  private static final int KIND_BITS = 4;
  private static final int MAX_KEY_BYTES = 2048;
  private static final int CHECKED_FROM = 4;

  /** What a check of the bytes at some offset found. */
  enum Check {
    /** Head and body are right. */
    GOOD,
    /** The head is right, the body is not. */
    BAD_BODY,
    /** No record starts here. */
    BAD_HEAD
  }

  private RecordFormat() {}

  static int length(byte[] key, byte[] body) {
    return HEAD_BYTES + key.length + body.length;
  }

  /** The kind of a record of a key in this layer. */
  static int inLayer(int kind, int layer) {
    return kind | layer << KIND_BITS;
  }

  /**
   * Appends a record to the buffer, which must be little endian and have room.
   *
   * @param kind with its layer
   */
  static void write(ByteBuffer to, int kind, byte[] key, byte[] body, int durable) {
    int start = to.position();
    CRC32C crc = new CRC32C();
    crc.update(body, 0, body.length);
    to.putInt(0).putInt(length(key, body)).put((byte) kind).putShort((short) key.length);
    to.putInt(durable).putInt((int) crc.getValue()).put(key);
    to.putInt(start, crc(to, start + CHECKED_FROM, start + HEAD_BYTES + key.length));
    to.put(body);
  }

  /**
   * Checks the record at this offset of the buffer; what is cut off by the buffer's limit is bad.
   */
  static Check check(ByteBuffer in, int at) {
    if (!isHead(in, at)) {
      return Check.BAD_HEAD;
    }
    return isBody(in, at) ? Check.GOOD : Check.BAD_BODY;
  }

  /** Whether a whole, sound head starts here. */
  static boolean isHead(ByteBuffer in, int at) {
    if (in.limit() - at < HEAD_BYTES) {
      return false;
    }
    int kind = kind(in, at);
    int headEnd = headEnd(in, at);
    return (kind == STATE || kind == INCOMPLETE_STATE)
        && keyLength(in, at) <= MAX_KEY_BYTES
        && length(in, at) >= headEnd - at
        && headEnd <= in.limit()
        && in.getInt(at) == crc(in, at + CHECKED_FROM, headEnd);
  }

  /** Where the next sound head is, or the buffer's limit. */
  static int nextHead(ByteBuffer in, int from) {
    int at = from;
    while (at < in.limit() && !isHead(in, at)) {
      at++;
    }
    return at;
  }

  /** Whether the body of the record with this sound head is there and sound. */
  static boolean isBody(ByteBuffer in, int at) {
    return isWhole(in, at) && in.getInt(at + 15) == crc(in, headEnd(in, at), at + length(in, at));
  }

  /** Whether the record with this sound head ends within the buffer. */
  static boolean isWhole(ByteBuffer in, int at) {
    return length(in, at) <= in.limit() - at;
  }

  private static int headEnd(ByteBuffer in, int at) {
    return at + HEAD_BYTES + keyLength(in, at);
  }

  static int length(ByteBuffer in, int at) {
    return in.getInt(at + 4);
  }

  /** Without its layer. */
  static int kind(ByteBuffer in, int at) {
    return in.get(at + 8) & (1 << KIND_BITS) - 1;
  }

  static int layer(ByteBuffer in, int at) {
    return (in.get(at + 8) & 0xFF) >>> KIND_BITS;
  }

  private static int keyLength(ByteBuffer in, int at) {
    return in.getShort(at + 9) & 0xFFFF;
  }

  static int durable(ByteBuffer in, int at) {
    return in.getInt(at + 11);
  }

  static byte[] key(ByteBuffer in, int at) {
    byte[] key = new byte[keyLength(in, at)];
    in.get(at + HEAD_BYTES, key);
    return key;
  }

  static byte[] body(ByteBuffer in, int at) {
    int from = HEAD_BYTES + keyLength(in, at);
    byte[] body = new byte[length(in, at) - from];
    in.get(at + from, body);
    return body;
  }

  private static int crc(ByteBuffer in, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(in.duplicate().limit(to).position(from));
    return (int) crc.getValue();
  }

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
