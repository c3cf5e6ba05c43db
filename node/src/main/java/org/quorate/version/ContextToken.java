package org.quorate.version;

import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * A causal context as clients carry it: opaque, bound to its key, checked.
 *
 * <pre>
 *  base64url, no padding, of:   format=1 | crc32c of the rest u32 | key hash u64 | context
 * </pre>
 */
public final class ContextToken {
  /** What a client sends to say that it has seen nothing. */
  public static final String NONE = "none";

  private static final int FORMAT = 1;
  private static final int CHECKED_FROM = 1 + Integer.BYTES;

  private ContextToken() {}

  public static String encode(Key key, CausalContext context) {
    ByteWriter out = new ByteWriter(32 + 18 * context.size());
    out.writeByte(FORMAT).writeInt(0).writeLong(key.hash());
    SiblingsCodec.writeContext(out, context);
    out.setInt(1, checksum(out.array(), out.size()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
  }

  /**
   * @throws DecodeException if the token is not a context, or is one of another key; the message
   *     says which
   */
  public static CausalContext decode(Key key, String token) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw new DecodeException("it is not base64url");
    }
    ByteReader in = new ByteReader(bytes);
    if (in.remaining() < CHECKED_FROM + Long.BYTES || in.readByte() != FORMAT) {
      throw new DecodeException("it was not made by this version of Quorate");
    }
    if (in.readInt() != checksum(bytes, bytes.length)) {
      throw new DecodeException("its checksum does not match");
    }
    if (in.readLong() != key.hash()) {
      throw new DecodeException("it belongs to another key");
    }
    CausalContext context = SiblingsCodec.readContext(in);
    in.requireEnd();
    return context;
  }

  private static int checksum(byte[] bytes, int size) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, CHECKED_FROM, size - CHECKED_FROM);
    return (int) crc.getValue();
  }
}
