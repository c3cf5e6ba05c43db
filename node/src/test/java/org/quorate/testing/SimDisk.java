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

  /** One write that a sync has not covered yet. */
  private record Unsynced(int at, byte[] bytes) {}

  private static final class Content {
    byte[] bytes = new byte[0];
    byte[] synced = new byte[0];
    final List<Unsynced> writes = new ArrayList<>();

    void put(int at, byte[] piece) {
      bytes = put(bytes, at, piece, piece.length);
    }

    static byte[] put(byte[] into, int at, byte[] piece, int length) {
      byte[] result = at + length > into.length ? Arrays.copyOf(into, at + length) : into;
      System.arraycopy(piece, 0, result, at, length);
      return result;
    }
  }

  public void freeBytes(long bytes) {
    freeBytes = bytes;
  }

  public void failSyncs(boolean fail) {
    failSyncs = fail;
  }

  /** The power goes: each unsynced write is kept, lost, or torn, as chance has it. */
  public void crash(SplittableRandom random) {
    for (Content file : files.values()) {
      byte[] kept = file.synced.clone();
      for (Unsynced write : file.writes) {
        int keep = random.nextInt(3) == 0 ? write.bytes().length : 0;
        if (random.nextInt(3) == 0) {
          keep = random.nextInt(write.bytes().length + 1);
        }
        kept = keep == 0 ? kept : Content.put(kept, write.at(), write.bytes(), keep);
      }
      settle(file, kept);
    }
  }

  /** The power goes: of the newest file's unsynced bytes just the first so many are kept. */
  public void crashKeeping(String name, int unsyncedBytes) {
    Content file = files.get(name);
    byte[] kept = file.synced.clone();
    int left = unsyncedBytes;
    for (Unsynced write : file.writes) {
      int keep = Math.min(left, write.bytes().length);
      kept = keep == 0 ? kept : Content.put(kept, write.at(), write.bytes(), keep);
      left -= keep;
    }
    settle(file, kept);
  }

  private static void settle(Content file, byte[] content) {
    file.bytes = content;
    file.synced = content.clone();
    file.writes.clear();
  }

  public int unsyncedBytes(String name) {
    return files.get(name).writes.stream().mapToInt(write -> write.bytes().length).sum();
  }

  public void flip(String name, int bit) {
    files.get(name).bytes[bit / 8] ^= (byte) (1 << (bit % 8));
    files.get(name).synced = files.get(name).bytes.clone();
  }

  public int size(String name) {
    return files.get(name).bytes.length;
  }

  /** A disk with the same durable content. */
  public SimDisk copy() {
    SimDisk copy = new SimDisk();
    files.forEach(
        (name, file) -> {
          Content same = new Content();
          settle(same, file.bytes.clone());
          copy.files.put(name, same);
        });
    return copy;
  }

  @Override
  public DiskFile open(String name) {
    Content file = files.computeIfAbsent(name, none -> new Content());
    return new DiskFile() {
      private boolean closed;

      private void requireOpen() throws ClosedChannelException {
        if (closed) {
          throw new ClosedChannelException();
        }
      }

      @Override
      public long size() {
        return file.bytes.length;
      }

      @Override
      public void read(ByteBuffer into, long offset) throws IOException {
        requireOpen();
        int length = (int) Math.min(into.remaining(), Math.max(0, file.bytes.length - offset));
        into.put(file.bytes, (int) Math.min(offset, file.bytes.length), length);
      }

      @Override
      public void write(ByteBuffer from, long offset) throws IOException {
        if (!from.hasRemaining()) {
          return;
        }
        requireOpen();
        if (from.remaining() > freeBytes) {
          byte[] part = new byte[(int) freeBytes];
          from.get(part);
          put((int) offset, part);
          throw new IOException("No space left on device");
        }
        byte[] piece = new byte[from.remaining()];
        from.get(piece);
        put((int) offset, piece);
      }

      private void put(int at, byte[] piece) {
        file.put(at, piece);
        file.writes.add(new Unsynced(at, piece));
      }

      @Override
      public void truncate(long size) {
        if (size < file.bytes.length) {
          file.bytes = Arrays.copyOf(file.bytes, (int) size);
          file.synced = Arrays.copyOf(file.synced, (int) Math.min(size, file.synced.length));
          file.writes.removeIf(write -> write.at() >= size);
        }
      }

      @Override
      public void sync() throws IOException {
        requireOpen();
        if (failSyncs) {
          throw new IOException("Input/output error");
        }
        settle(file, file.bytes);
      }

      @Override
      public void close() {
        closed = true;
      }
    };
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
  public void writeAtomically(String name, byte[] content) {
    Content file = new Content();
    settle(file, content.clone());
    files.put(name, file);
  }

  @Override
  public Optional<byte[]> read(String name) {
    return Optional.ofNullable(files.get(name)).map(file -> file.bytes.clone());
  }

  @Override
  public long freeBytes() {
    return freeBytes;
  }
}
