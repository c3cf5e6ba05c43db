package org.quorate.version;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A growing byte array that is written front to back, little endian. Variable-length integers are
 * LEB128: seven bits a byte, lowest first.
 */
public final class ByteWriter {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes;
  private int size;

  public ByteWriter(int expectedBytes) {
    bytes = new byte[expectedBytes];
  }

  public int size() {
    return size;
  }

  /** The array behind this writer; its first {@link #size} bytes are what was written. */
  public byte[] array() {
    return bytes;
  }

  /** What was written; the writer must not be used any more. */
  public byte[] toByteArray() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  public void clear() {
    size = 0;
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }

  public ByteWriter writeByte(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public ByteWriter writeInt(int value) {
    ensure(Integer.BYTES);
    INT.set(bytes, size, value);
    size += Integer.BYTES;
    return this;
  }

  public ByteWriter writeLong(long value) {
    ensure(Long.BYTES);
    LONG.set(bytes, size, value);
    size += Long.BYTES;
    return this;
  }

  /** How many bytes {@link #writeVarLong} takes. */
  static int varLongBytes(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  /** 1 to 10 bytes; negative values take 10. */
  public ByteWriter writeVarLong(long value) {
    ensure(varLongBytes(value));
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  public ByteWriter writeBytes(byte[] value) {
    return writeBytes(value, 0, value.length);
  }

  public ByteWriter writeBytes(byte[] source, int from, int length) {
    ensure(length);
    System.arraycopy(source, from, bytes, size, length);
    size += length;
    return this;
  }

  /** The length as a variable-length integer, then the bytes. */
  public ByteWriter writeSized(byte[] value) {
    return writeVarLong(value.length).writeBytes(value);
  }

  public ByteWriter writeText(String text) {
    return writeSized(text.getBytes(StandardCharsets.UTF_8));
  }

  /** How many items there are, then each. */
  public <T> ByteWriter writeAll(List<T> items, BiConsumer<ByteWriter, T> item) {
    writeVarLong(items.size());
    items.forEach(each -> item.accept(this, each));
    return this;
  }

  /** Overwrites four bytes that were written before. */
  public void setInt(int at, int value) {
    INT.set(bytes, at, value);
  }
}
