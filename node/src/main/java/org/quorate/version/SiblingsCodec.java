package org.quorate.version;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Siblings as bytes, in the log and between nodes. All integers but actors are LEB128.
 *
 * <pre>
 *  format=1 | context | versions | version …
 *
 *  context:  entries | (actor i64, counter) …  | cloud dots | (actor i64, counter) …
 *  version:  actor i64 | counter | flags | written ms | [headers | (name, value) …] | length | value
 *  flags:    1 tombstone, 2 has headers
 * </pre>
 */
public final class SiblingsCodec {
  private static final int FORMAT = 1;
  private static final int TOMBSTONE = 1;
  private static final int HEADERS = 2;
  private static final int DOT_BYTES = 9;
  private static final int VERSION_BYTES = 12;

  private SiblingsCodec() {}

  public static byte[] encode(Siblings siblings) {
    ByteWriter out = new ByteWriter(encodedBytes(siblings));
    out.writeByte(FORMAT);
    writeContext(out, siblings.context());
    out.writeVarLong(siblings.versions().size());
    for (Version version : siblings.versions()) {
      writeVersion(out, version);
    }
    return out.toByteArray();
  }

  /** The exact length, but that headers are taken for their longest, so that no byte is copied. */
  private static int encodedBytes(Siblings siblings) {
    CausalContext context = siblings.context();
    int bytes = 1 + varBytes(context.size()) + varBytes(context.cloud().length);
    for (int i = 0; i < context.size(); i++) {
      bytes += Long.BYTES + varBytes(context.counterAt(i));
    }
    for (Dot dot : context.cloud()) {
      bytes += Long.BYTES + varBytes(dot.counter());
    }
    bytes += varBytes(siblings.versions().size());
    for (Version version : siblings.versions()) {
      bytes += Long.BYTES + varBytes(version.dot().counter()) + 1;
      bytes += varBytes(version.writtenMillis());
      bytes += varBytes(version.value().length) + version.value().length;
      for (Header header : version.headers()) {
        bytes += 4 * (2 + header.name().length() + header.value().length());
      }
    }
    return bytes;
  }

  private static int varBytes(long value) {
    return ByteWriter.varLongBytes(value);
  }

  /**
   * @throws DecodeException if the bytes are not exactly one encoded state
   */
  public static Siblings decode(byte[] bytes) {
    return decode(new ByteReader(bytes));
  }

  /**
   * @throws DecodeException if what is left in the reader is not exactly one encoded state
   */
  public static Siblings decode(ByteReader in) {
    int format = in.readByte();
    if (format != FORMAT) {
      throw new DecodeException("siblings format " + format + ", known is " + FORMAT);
    }
    CausalContext context = readContext(in);
    int count = in.readCount(VERSION_BYTES);
    List<Version> versions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      versions.add(readVersion(in));
    }
    in.requireEnd();
    try {
      return Siblings.of(context, Collections.unmodifiableList(versions));
    } catch (IllegalArgumentException e) {
      throw new DecodeException(e);
    }
  }

  public static void writeContext(ByteWriter out, CausalContext context) {
    out.writeVarLong(context.size());
    for (int i = 0; i < context.size(); i++) {
      out.writeLong(context.actorAt(i)).writeVarLong(context.counterAt(i));
    }
    out.writeVarLong(context.cloud().length);
    for (Dot dot : context.cloud()) {
      writeDot(out, dot);
    }
  }

  /**
   * @throws DecodeException if no context starts here
   */
  public static CausalContext readContext(ByteReader in) {
    int entries = in.readCount(DOT_BYTES);
    long[] actors = new long[entries];
    long[] counters = new long[entries];
    for (int i = 0; i < entries; i++) {
      actors[i] = in.readLong();
      counters[i] = in.readVarLong();
    }
    Dot[] cloud = new Dot[in.readCount(DOT_BYTES)];
    for (int i = 0; i < cloud.length; i++) {
      cloud[i] = readDot(in);
    }
    try {
      return entries + cloud.length == 0
          ? CausalContext.EMPTY
          : CausalContext.of(actors, counters, cloud);
    } catch (IllegalArgumentException e) {
      throw new DecodeException(e);
    }
  }

  public static void writeDot(ByteWriter out, Dot dot) {
    out.writeLong(dot.actor()).writeVarLong(dot.counter());
  }

  /**
   * @throws DecodeException if no dot starts here
   */
  public static Dot readDot(ByteReader in) {
    long actor = in.readLong();
    long counter = in.readVarLong();
    if (counter < 1) {
      throw new DecodeException("dot counter " + counter + " < 1");
    }
    return new Dot(actor, counter);
  }

  private static void writeVersion(ByteWriter out, Version version) {
    writeDot(out, version.dot());
    boolean hasHeaders = !version.headers().isEmpty();
    out.writeByte((version.deleted() ? TOMBSTONE : 0) | (hasHeaders ? HEADERS : 0));
    out.writeVarLong(version.writtenMillis());
    if (hasHeaders) {
      writeHeaders(out, version.headers());
    }
    out.writeSized(version.value());
  }

  private static Version readVersion(ByteReader in) {
    Dot dot = readDot(in);
    int flags = in.readByte();
    if (flags > (TOMBSTONE | HEADERS)) {
      throw new DecodeException("version flags " + flags);
    }
    long written = in.readVarLong();
    List<Header> headers = (flags & HEADERS) != 0 ? readHeaders(in) : List.of();
    return new Version(dot, written, (flags & TOMBSTONE) != 0, headers, in.readSized());
  }

  public static void writeHeaders(ByteWriter out, List<Header> headers) {
    out.writeVarLong(headers.size());
    for (Header header : headers) {
      out.writeText(header.name()).writeText(header.value());
    }
  }

  /**
   * @throws DecodeException if no headers start here
   */
  public static List<Header> readHeaders(ByteReader in) {
    int count = in.readCount(2);
    List<Header> headers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      headers.add(new Header(in.readText(), in.readText()));
    }
    return Collections.unmodifiableList(headers);
  }
}
