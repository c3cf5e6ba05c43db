package org.quorate.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.quorate.storage.Disk;
import org.quorate.storage.DiskFile;

/** A disk in memory that forgets, tears, flips, fills up and fails as a test says. */
public final class SimDisk implements Disk {
  private final Map<String, Content> files = new TreeMap<>();
  private long freeBytes = Long.MAX_VALUE;
  private boolean failSyncs;

  /**
   * A change that no sync has covered yet: what it replaced, and what is there now, which is
   * nothing for a cut.
   */
  private record Change(int at, byte[] before, byte[] after, int sizeBefore) {}

  private static final class Content {
    private byte[] bytes = new byte[64];
    private int size;
    private final List<Change> unsynced = new ArrayList<>();
    private Content durable;
    private int phantoms;

    void write(int at, byte[] piece, int length) {
      if (length == 0) {
        return;
      }
      int replaced = Math.max(0, Math.min(size - at, length));
      byte[] before = replaced == 0 ? new byte[0] : Arrays.copyOfRange(bytes, at, at + replaced);
      unsynced.add(new Change(at, before, piece, size));
      put(at, piece, length);
    }

    private void put(int at, byte[] piece, int length) {
      int end = at + length;
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
      }
      if (at > size) {
        Arrays.fill(bytes, size, at, (byte) 0);
      }
      System.arraycopy(piece, 0, bytes, at, length);
      size = Math.max(size, end);
    }

    void cut(int to) {
      if (to < size) {
        unsynced.add(new Change(to, Arrays.copyOfRange(bytes, to, size), new byte[0], size));
        size = to;
      }
    }

    void sync() {
      List<Change> synced = unsynced.subList(phantoms, unsynced.size());
      if (durable != null) {
        synced.forEach(durable::redo);
      }
      synced.clear();
      if (size < bytes.length / 4) {
        bytes = Arrays.copyOf(bytes, Math.max(64, size));
      }
    }

    /**
     * A failed sync: what was written is still read, but no later sync will bring it to the disk,
     * because the kernel takes it for clean (Rebello et al., "Can applications recover from fsync
     * failures?", 2020).
     */
    void failSync() {
      if (durable == null) {
        durable = new Content();
        durable.write(0, toArray(), size);
        durable.unsynced.clear();
        durable.undo(unsynced);
      }
      phantoms = unsynced.size();
    }

    private void undo(List<Change> changes) {
      for (int i = changes.size() - 1; i >= 0; i--) {
        Change change = changes.get(i);
        System.arraycopy(change.before(), 0, bytes, change.at(), change.before().length);
        size = change.sizeBefore();
      }
    }

    /** Takes back what is not durable, and returns it. */
    List<Change> forget() {
      if (durable == null) {
        undo(unsynced);
      } else {
        bytes = durable.bytes;
        size = durable.size;
      }
      List<Change> forgotten = List.copyOf(unsynced);
      unsynced.clear();
      durable = null;
      phantoms = 0;
      return forgotten;
    }

    private void redo(Change change) {
      redo(change, change.after().length);
      if (change.after().length == 0) {
        size = Math.min(size, change.at());
      }
    }

    /** Makes some of a change again, as if it had reached the disk. */
    void redo(Change change, int bytesKept) {
      if (change.after().length > 0 && bytesKept > 0) {
        put(change.at(), change.after(), bytesKept);
      }
    }

    byte[] toArray() {
      return Arrays.copyOf(bytes, size);
    }
  }

  public void freeBytes(long bytes) {
    freeBytes = bytes;
  }

  public void failSyncs(boolean fail) {
    failSyncs = fail;
  }

  /**
   * The power goes: each unsynced change is kept, lost, or torn, as chance has it; what a failed
   * sync left is lost.
   */
  public void crash(SplittableRandom random) {
    for (Content file : files.values()) {
      int lost = file.phantoms;
      List<Change> forgotten = file.forget();
      for (Change change : forgotten.subList(lost, forgotten.size())) {
        int length = change.after().length;
        int keep = random.nextInt(3) == 0 ? length : 0;
        if (random.nextInt(3) == 0) {
          keep = random.nextInt(length + 1);
        }
        if (length == 0 && random.nextBoolean()) {
          file.size = Math.min(file.size, change.at());
        }
        file.redo(change, keep);
      }
    }
  }

  /** The power goes: of the file's unsynced bytes just the first so many are kept. */
  public void crashKeeping(String name, int unsyncedBytes) {
    Content file = files.get(name);
    int left = unsyncedBytes;
    for (Change change : file.forget()) {
      int keep = Math.min(left, change.after().length);
      file.redo(change, keep);
      left -= keep;
    }
  }

  public int unsyncedBytes(String name) {
    return files.get(name).unsynced.stream().mapToInt(change -> change.after().length).sum();
  }

  public void flip(String name, int bit) {
    files.get(name).bytes[bit / 8] ^= (byte) (1 << (bit % 8));
  }

  public int size(String name) {
    return files.get(name).size;
  }

  /** Whether some file whose name begins so has these bytes in it. */
  public boolean contains(String prefix, byte[] wanted) {
    for (Map.Entry<String, Content> file : files.entrySet()) {
      byte[] bytes = file.getValue().bytes;
      for (int at = 0;
          file.getKey().startsWith(prefix) && at + wanted.length <= file.getValue().size;
          at++) {
        if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Bytes in all files. */
  public long sizeBytes() {
    return files.values().stream().mapToLong(file -> file.size).sum();
  }

  /** A disk with the same content, all of it durable. */
  public SimDisk copy() {
    SimDisk copy = new SimDisk();
    files.forEach((name, file) -> copy.writeDurably(name, file.toArray()));
    return copy;
  }

  private void writeDurably(String name, byte[] content) {
    Content file = new Content();
    file.write(0, content, content.length);
    file.sync();
    files.put(name, file);
  }

  @Override
  public DiskFile open(String name) {
    return new OpenFile(files.computeIfAbsent(name, none -> new Content()));
  }

  private final class OpenFile implements DiskFile {
    private final Content file;
    private boolean closed;

    OpenFile(Content file) {
      this.file = file;
    }

    private void requireOpen() throws ClosedChannelException {
      if (closed) {
        throw new ClosedChannelException();
      }
    }

    @Override
    public long size() {
      return file.size;
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
      requireOpen();
      int at = (int) Math.min(offset, file.size);
      into.put(file.bytes, at, Math.min(into.remaining(), file.size - at));
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
      if (!from.hasRemaining()) {
        return;
      }
      requireOpen();
      byte[] piece = new byte[(int) Math.min(from.remaining(), freeBytes)];
      from.get(piece);
      file.write((int) offset, piece, piece.length);
      if (from.hasRemaining()) {
        throw noSpace();
      }
    }

    @Override
    public void truncate(long size) {
      file.cut((int) size);
    }

    @Override
    public void sync() throws IOException {
      requireOpen();
      if (failSyncs) {
        file.failSync();
        throw new IOException("Input/output error");
      }
      file.sync();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static IOException noSpace() {
    return new IOException("No space left on device");
  }

  @Override
  public List<String> list() {
    return List.copyOf(files.keySet());
  }

  @Override
  public void delete(String name) {
    files.remove(name);
  }

  @Override
  public void rename(String name, String to) {
    files.put(to, files.remove(name));
  }

  @Override
  public void writeAtomically(String name, byte[] content) throws IOException {
    if (content.length > freeBytes) {
      throw noSpace();
    }
    if (failSyncs) {
      throw new IOException("Input/output error");
    }
    writeDurably(name, content);
  }

  @Override
  public Optional<byte[]> read(String name) {
    return Optional.ofNullable(files.get(name)).map(Content::toArray);
  }

  @Override
  public long freeBytes() {
    return freeBytes;
  }
}
