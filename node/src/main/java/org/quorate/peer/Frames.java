package org.quorate.peer;

import java.util.zip.CRC32C;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.DecodeException;

/**
 * The bytes of a frame, little endian.
 *
 * <pre>
 *  0        4        8      9
 *  +--------+--------+------+---------------+------------+
 *  | length | crc32c | type | request id    | payload …  |
 *  +--------+--------+------+---------------+------------+
 * </pre>
 *
 * <p>The length counts what follows the checksum, and the checksum covers that. The id, LEB128,
 * ties an answer to its request; it is 0 where there is none.
 */
final class Frames {
  static final int HEAD_BYTES = 8;

  static final int HELLO = 1;
  static final int WELCOME = 2;
  static final int REFUSED = 3;
  static final int PING = 4;
  static final int PONG = 5;
  static final int LEASE = 6;
  static final int COMPARE = 7;
  static final int COMPARED = 8;
  static final int CHAIN = 9;
  static final int READ = 10;
  static final int PUT = 11;
  static final int MERGE = 12;
  static final int SALVAGE = 13;
  static final int HAND_OFF = 14;
  static final int HINT = 15;
  static final int EXCHANGE = 16;
  static final int EXCHANGED = 17;
  static final int CHAINED = 18;
  static final int JOIN = 19;
  static final int SAME = 20;
  static final int STATE = 21;
  static final int MINTED = 22;
  static final int DONE = 23;
  static final int FAILURE = 24;
  static final int JOINED = 25;

  private Frames() {}

  /** Starts a frame and returns where, for {@link #end}. */
  static int begin(ByteWriter out, int type, long id) {
    int start = out.size();
    out.writeInt(0).writeInt(0).writeByte(type).writeVarLong(id);
    return start;
  }

  static void end(ByteWriter out, int start) {
    int body = start + HEAD_BYTES;
    out.setInt(start, out.size() - body);
    out.setInt(start + 4, crc(out.array(), body, out.size() - body));
  }

  /**
   * The length of the whole frame that starts here, or 0 if too few bytes are there to tell.
   *
   * @throws DecodeException if no frame can be that long
   */
  static int length(byte[] bytes, int from, int available, int maxBytes) {
    if (available < HEAD_BYTES) {
      return 0;
    }
    int length = new ByteReader(bytes, from, HEAD_BYTES).readInt();
    if (length < 2 || length > maxBytes) {
      throw new DecodeException("frame of " + length + " bytes, allowed are 2 to " + maxBytes);
    }
    return HEAD_BYTES + length;
  }

  /**
   * What follows the checksum of a whole frame.
   *
   * @throws DecodeException if the checksum does not match
   */
  static ByteReader open(byte[] bytes, int from, int length) {
    int expected = new ByteReader(bytes, from + 4, 4).readInt();
    if (expected != crc(bytes, from + HEAD_BYTES, length - HEAD_BYTES)) {
      throw new DecodeException("frame checksum does not match");
    }
    return new ByteReader(bytes, from + HEAD_BYTES, length - HEAD_BYTES);
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
