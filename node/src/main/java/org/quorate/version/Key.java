package org.quorate.version;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.openhft.hashing.LongHashFunction;

/**
 * A bucket and a key within it, as one immutable byte string.
 *
 * <p>Encoded form: one byte of bucket length (1–255), the bucket's bytes, the key's bytes (1–1024),
 * both UTF-8; or, for a key of the store's own, a zero byte and eight of its hash. Equality is
 * equality of these bytes. {@link #hash} is 64 bits and decides the partition, so it is part of the
 * on-disk and wire formats and must never change.
 */
public final class Key {
  public static final int MAX_BUCKET_BYTES = 255;
  public static final int MAX_KEY_BYTES = 1024;

  private static final int SYSTEM_BYTES = 1 + Long.BYTES;
  private static final LongHashFunction HASH = LongHashFunction.xx3();

  private final byte[] encoded;
  private final long hash;

  private Key(byte[] encoded, long hash) {
    this.encoded = encoded;
    this.hash = hash;
  }

  /**
   * A key of the store's own, which no user can name: it has no bucket, and its hash is chosen. At
   * most one for each hash.
   */
  public static Key system(long hash) {
    return new Key(ByteBuffer.allocate(SYSTEM_BYTES).putLong(1, hash).array(), hash);
  }

  public boolean isSystem() {
    return encoded[0] == 0;
  }

  /**
   * @throws IllegalArgumentException if a part is empty or too long; the message names which
   */
  public static Key of(String bucket, String key) {
    return of(bucket.getBytes(StandardCharsets.UTF_8), key.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws IllegalArgumentException if a part is empty or too long; the message names which
   */
  public static Key of(byte[] bucket, byte[] key) {
    requireLength("bucket", bucket.length, MAX_BUCKET_BYTES);
    requireLength("key", key.length, MAX_KEY_BYTES);
    byte[] encoded = new byte[1 + bucket.length + key.length];
    encoded[0] = (byte) bucket.length;
    System.arraycopy(bucket, 0, encoded, 1, bucket.length);
    System.arraycopy(key, 0, encoded, 1 + bucket.length, key.length);
    return new Key(encoded, HASH.hashBytes(encoded));
  }

  /**
   * The key whose {@link #encoded} form these bytes are.
   *
   * @throws DecodeException if they are not such a form
   */
  public static Key decode(byte[] encoded) {
    int bucketLength = encoded.length == 0 ? 0 : encoded[0] & 0xFF;
    int keyLength = encoded.length - 1 - bucketLength;
    if (bucketLength == 0 && encoded.length == SYSTEM_BYTES) {
      return system(ByteBuffer.wrap(encoded).getLong(1));
    }
    if (bucketLength == 0 || keyLength < 1 || keyLength > MAX_KEY_BYTES) {
      throw new DecodeException(
          "key of " + encoded.length + " bytes with a bucket of " + bucketLength);
    }
    return new Key(encoded, HASH.hashBytes(encoded));
  }

  private static void requireLength(String part, int length, int max) {
    if (length < 1 || length > max) {
      throw new IllegalArgumentException(
          part + " has " + length + " bytes, allowed are 1 to " + max);
    }
  }

  /** The bytes themselves, not a copy: callers must not change them. */
  public byte[] encoded() {
    return encoded;
  }

  /** Of a key of users. */
  public String bucket() {
    return new String(encoded, 1, encoded[0] & 0xFF, StandardCharsets.UTF_8);
  }

  /** A 64-bit hash (XXH3) of bucket and key together. */
  public long hash() {
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key that && hash == that.hash && Arrays.equals(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(hash);
  }

  /** Only the hash: keys are users' data and stay out of logs. */
  @Override
  public String toString() {
    return "key#" + Long.toHexString(hash);
  }
}
