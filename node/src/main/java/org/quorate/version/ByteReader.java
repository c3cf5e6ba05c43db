package org.quorate.version;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Reads what {@link ByteWriter} wrote, from a range of an array. Every read is checked against the
 * range, so bytes that were cut or altered give a {@link DecodeException}, never another error and
 * never a huge allocation.
 */
public final class ByteReader {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final int end;
  private int at;

  public ByteReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  public ByteReader(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.at = from;
    this.end = from + length;
  }

  public int remaining() {
    return end - at;
  }

  private int take(int length) {
    if (length < 0 || length > end - at) {
      throw new DecodeException(length + " bytes needed, " + (end - at) + " left");
    }
    int from = at;
    at += length;
    return from;
  }

  public int readByte() {
    return bytes[take(1)] & 0xFF;
  }

  public int readInt() {
    return (int) INT.get(bytes, take(Integer.BYTES));
  }

  public long readLong() {
    return (long) LONG.get(bytes, take(Long.BYTES));
  }

  public long readVarLong() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = readByte();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new DecodeException("integer longer than 10 bytes");
  }

  /** A count of items that each take at least {@code itemBytes} of what is left. */
  public int readCount(int itemBytes) {
    long count = readVarLong();
    if (count < 0 || count > remaining() / itemBytes) {
      throw new DecodeException(count + " items do not fit into " + remaining() + " bytes");
    }
    return (int) count;
  }

  public byte[] readBytes(int length) {
    int from = take(length);
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  public byte[] readSized() {
    return readBytes(readCount(1));
  }

  public String readText() {
    int length = readCount(1);
    return new String(bytes, take(length), length, StandardCharsets.UTF_8);
  }

  /** Items that each take a byte at least. */
  public <T> List<T> readAll(Function<ByteReader, T> item) {
    int count = readCount(1);
    List<T> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(item.apply(this));
    }
    return items;
  }

  public byte[] readRest() {
    return readBytes(remaining());
  }

  /**
   * @throws DecodeException if bytes are left
   */
  public void requireEnd() {
    if (remaining() != 0) {
      throw new DecodeException(remaining() + " bytes after the end");
    }
  }
}
