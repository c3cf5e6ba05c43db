package org.quorate.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A node's data directory: locked by one process, of a known format, and of one node of one
 * cluster.
 *
 * <pre>
 *  LOCK          held while a process uses the directory
 *  FORMAT        quorate 2 CLUSTER NODE
 *  log/          the log's segments, and the identity
 *  directory/    the key directory
 * </pre>
 */
public final class DataDirectory implements Closeable {
  private static final String FORMAT = "quorate 2 ";

  /** The directory cannot be used; the message says why in words for an operator. */
  public static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean inUse;

    Unusable(boolean inUse, String message) {
      super(message);
      this.inUse = inUse;
    }

    /** Another process holds the lock. */
    public boolean isInUse() {
      return inUse;
    }
  }

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Locks the directory for this node, and makes it if it is not there. */
  public static DataDirectory open(Path path, String cluster, String node)
      throws IOException, Unusable {
    Files.createDirectories(path);
    FileChannel lock =
        FileChannel.open(path.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw new OverlappingFileLockException();
      }
    } catch (OverlappingFileLockException e) {
      lock.close();
      throw new Unusable(true, "data directory " + path + " is in use by another process");
    }
    try {
      requireFormat(path, cluster, node);
    } catch (Unusable e) {
      lock.close();
      throw e;
    }
    return new DataDirectory(path, lock);
  }

  private static void requireFormat(Path path, String cluster, String node)
      throws IOException, Unusable {
    Disk disk = new FileDisk(path);
    String expected = FORMAT + cluster + " " + node;
    Optional<byte[]> content = disk.read("FORMAT");
    if (content.isEmpty()) {
      disk.writeAtomically("FORMAT", expected.getBytes(StandardCharsets.UTF_8));
      return;
    }
    String found = new String(content.get(), StandardCharsets.UTF_8);
    if (!found.equals(expected)) {
      throw new Unusable(
          false, "data directory " + path + " is of '" + found + "', not of '" + expected + "'");
    }
  }

  public Path path() {
    return path;
  }

  public Disk logDisk() throws IOException {
    return new FileDisk(path.resolve("log"));
  }

  public Path keyDirectory() {
    return path.resolve("directory");
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
