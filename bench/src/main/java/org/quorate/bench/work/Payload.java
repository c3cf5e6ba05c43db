package org.quorate.bench.work;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The values that are written: they say who wrote them, and whether they are whole.
 *
 * <pre>
 *  0     4          13       20                 37         46       54
 *  +-----+----------+--------+------------------+----------+--------+--------
 *  | QB1 | run      | client | key              | sequence | crc32c | filler …
 *  +-----+----------+--------+------------------+----------+--------+--------
 * </pre>
 *
 * Fields are hexadecimal digits with a space between, so that curl shows them; the checksum is of
 * all other bytes. The filler is of bytes that do not compress. A value shorter than the header is
 * filler only: it can be timed, not verified.
 */
public final class Payload {
  /** The least size of a value that can be verified, bytes. */
  public static final int HEADER_BYTES = 54;

  private static final int CHECKSUM_AT = 46;
  private static final int POOL_BYTES = 1 << 16;
  private static final HexFormat HEX = HexFormat.of();

  private final int run;
  private final byte[] pool = new byte[POOL_BYTES];

  /**
   * What a value says of itself.
   *
   * @param client the loop that wrote it
   * @param key its key's number
   * @param sequence of the writes of the key, from 0
   */
  public record Origin(int run, int client, long key, int sequence) {}

  public Payload(int run) {
    this.run = run;
    new SplittableRandom(run).nextBytes(pool);
    for (int i = 0; i < pool.length; i++) {
      pool[i] = (byte) ('!' + (pool[i] & 0xFF) % ('~' - '!'));
    }
  }

  public int run() {
    return run;
  }

  /** A value of this size. */
  public byte[] encode(int client, long key, int sequence, int size) {
    byte[] value = new byte[size];
    int from = (int) ((key * 31 + sequence) * 7 & (POOL_BYTES - 1));
    for (int at = 0; at < size; ) {
      int length = Math.min(size - at, POOL_BYTES - from);
      System.arraycopy(pool, from, value, at, length);
      at += length;
      from = 0;
    }
    if (size >= HEADER_BYTES) {
      String head =
          "QB1 "
              + HEX.toHexDigits(run)
              + ' '
              + HEX.toHexDigits(client, 6)
              + ' '
              + HEX.toHexDigits(key)
              + ' '
              + HEX.toHexDigits(sequence)
              + ' ';
      put(value, 0, head);
      put(value, CHECKSUM_AT, HEX.toHexDigits(checksum(value)));
    }
    return value;
  }

  private static void put(byte[] value, int at, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, value, at, ascii.length);
  }

  /** Who wrote the value; null if it is not whole or not of this form. */
  public static @Nullable Origin decode(byte[] value) {
    if (value.length < HEADER_BYTES || value[0] != 'Q' || value[1] != 'B' || value[2] != '1') {
      return null;
    }
    String head =
        new String(Arrays.copyOf(value, HEADER_BYTES), StandardCharsets.US_ASCII).substring(4);
    String[] fields = head.split(" ", -1);
    try {
      if (fields.length != 5 || HexFormat.fromHexDigits(fields[4]) != checksum(value)) {
        return null;
      }
      return new Origin(
          HexFormat.fromHexDigits(fields[0]),
          HexFormat.fromHexDigits(fields[1]),
          HexFormat.fromHexDigitsToLong(fields[2]),
          HexFormat.fromHexDigits(fields[3]));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static int checksum(byte[] value) {
    CRC32C crc = new CRC32C();
    crc.update(value, 0, CHECKSUM_AT);
    crc.update(ByteBuffer.wrap(value).position(HEADER_BYTES));
    return (int) crc.getValue();
  }
}
