package org.quorate.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.quorate.storage.Disk;
import org.quorate.storage.DiskFile;

/**
 * A disk as one process has it.
 *
 * @param before runs before each operation and ends the process there by throwing
 */
record SimMount(Disk disk, Runnable before) implements Disk {
  @Override
  public DiskFile open(String name) throws IOException {
    before.run();
    return new MountedFile(disk.open(name), before);
  }

  @Override
  public List<String> list() throws IOException {
    before.run();
    return disk.list();
  }

  @Override
  public void delete(String name) throws IOException {
    before.run();
    disk.delete(name);
  }

  @Override
  public void rename(String name, String to) throws IOException {
    before.run();
    disk.rename(name, to);
  }

  @Override
  public void writeAtomically(String name, byte[] content) throws IOException {
    before.run();
    disk.writeAtomically(name, content);
  }

  @Override
  public Optional<byte[]> read(String name) throws IOException {
    before.run();
    return disk.read(name);
  }

  @Override
  public long freeBytes() throws IOException {
    before.run();
    return disk.freeBytes();
  }

  private record MountedFile(DiskFile file, Runnable before) implements DiskFile {
    @Override
    public long size() throws IOException {
      before.run();
      return file.size();
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
      before.run();
      file.read(into, offset);
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
      before.run();
      file.write(from, offset);
    }

    @Override
    public void truncate(long size) throws IOException {
      before.run();
      file.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      before.run();
      file.sync();
    }

    @Override
    public void close() throws IOException {
      before.run();
      file.close();
    }
  }
}
