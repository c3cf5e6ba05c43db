package org.quorate.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Writes last only once {@link #sync} returned. Reads may come from any thread. */
public interface DiskFile extends Closeable {
  long size() throws IOException;

  /** Reads from this offset until the buffer is full or the file ends. */
  void read(ByteBuffer into, long offset) throws IOException;

  /** Writes the whole buffer at this offset. */
  void write(ByteBuffer from, long offset) throws IOException;

  void truncate(long size) throws IOException;

  /** Makes all earlier writes durable. A failure is never to be retried: the data may be gone. */
  void sync() throws IOException;
}
