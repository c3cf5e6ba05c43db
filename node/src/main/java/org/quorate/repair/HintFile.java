package org.quorate.repair;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.quorate.storage.Disk;
import org.quorate.storage.DiskFile;
import org.quorate.version.DecodeException;
import org.quorate.version.Key;

/**
 * A piece of a target's hints on disk.
 *
 * <pre>
 *  file:    hints-TARGET-NUMBER, the number in sixteen hexadecimal digits
 *  record:  crc32c u32 | length u16 | encoded key
 * </pre>
 *
 * <p>The checksum covers what follows it. What comes after the first record that does not match is
 * not read: it was torn by a crash, or is damaged, and hints are not the only repair.
 */
final class HintFile {
  static final int HEAD_BYTES = 6;

  private static final Pattern NAME = Pattern.compile("hints-(.+)-([0-9a-f]{16})");

  final String target;
  final long number;

  HintFile(String target, long number) {
    this.target = target;
    this.number = number;
  }

  /** The file of this name, empty if it is none of hints. */
  static Optional<HintFile> parse(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(new HintFile(matcher.group(1), Long.parseLong(matcher.group(2), 16)))
        : Optional.empty();
  }

  String name() {
    return String.format("hints-%s-%016x", target, number);
  }

  static int sizeBytes(Key key) {
    return HEAD_BYTES + key.encoded().length;
  }

  static ByteBuffer encode(List<Key> keys) {
    ByteBuffer out = ByteBuffer.allocate(keys.stream().mapToInt(HintFile::sizeBytes).sum());
    for (Key key : keys) {
      byte[] encoded = key.encoded();
      int start = out.position();
      out.putInt(0).putShort((short) encoded.length).put(encoded);
      out.putInt(start, crc(out.array(), start + 4, encoded.length + 2));
    }
    return out.flip();
  }

  List<Key> read(Disk disk) throws IOException {
    List<Key> keys = new ArrayList<>();
    Optional<byte[]> bytes = disk.read(name());
    if (bytes.isEmpty()) {
      return keys;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes.get());
    while (in.remaining() >= HEAD_BYTES) {
      int start = in.position();
      int expected = in.getInt();
      int length = in.getShort() & 0xffff;
      if (length > in.remaining() || expected != crc(in.array(), start + 4, length + 2)) {
        break;
      }
      byte[] encoded = new byte[length];
      in.get(encoded);
      try {
        keys.add(Key.decode(encoded));
      } catch (DecodeException e) {
        break;
      }
    }
    return keys;
  }

  /** Appends durably. A failure of the sync itself is an {@link IllegalStateException}. */
  void append(Disk disk, ByteBuffer records, long offset) throws IOException {
    try (DiskFile file = disk.open(name())) {
      file.write(records, offset);
      try {
        file.sync();
      } catch (IOException e) {
        throw new IllegalStateException("fsync of hints failed, the node cannot go on: " + e, e);
      }
    }
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
