package org.quorate.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A small text file that is replaced whole and says whether it is as it was written. */
public final class CheckedFile {
  private static final String CHECK = "crc32c ";

  private CheckedFile() {}

  /** The file's content is not what was written. */
  public static final class Damaged extends IOException {
    private static final long serialVersionUID = 1;

    Damaged(String name) {
      super("file '" + name + "' is damaged: its checksum does not match");
    }
  }

  /** Replaces the file: after a crash it is all old or all new. */
  public static void write(Disk disk, String name, String text) throws IOException {
    String content = text + "\n" + CHECK + crc(text) + "\n";
    disk.writeAtomically(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The file's text, or empty if there is no such file.
   *
   * @throws Damaged if it is not as it was written
   */
  public static Optional<String> read(Disk disk, String name) throws IOException {
    Optional<byte[]> bytes = disk.read(name);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    String content = new String(bytes.get(), StandardCharsets.UTF_8);
    int end = content.lastIndexOf("\n" + CHECK);
    String text = end < 0 ? "" : content.substring(0, end);
    if (end < 0 || !content.substring(end).equals("\n" + CHECK + crc(text) + "\n")) {
      throw new Damaged(name);
    }
    return Optional.of(text);
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }
}
