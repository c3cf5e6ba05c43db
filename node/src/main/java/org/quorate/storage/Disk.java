package org.quorate.storage;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The file system as storage needs it: named files in one directory. All calls may block. */
public interface Disk {
  /** Opens the file, and creates it durably if it is not there. */
  DiskFile open(String name) throws IOException;

  /** The names of all files. */
  List<String> list() throws IOException;

  void delete(String name) throws IOException;

  /** Gives the file another name, durably. */
  void rename(String name, String to) throws IOException;

  /** Replaces the file's content: after a crash it is all old or all new. */
  void writeAtomically(String name, byte[] content) throws IOException;

  /** The file's content, or empty if there is no such file. */
  Optional<byte[]> read(String name) throws IOException;

  long freeBytes() throws IOException;
}
