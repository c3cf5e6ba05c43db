package org.quorate.peer;

import java.util.function.Consumer;

/** One open connection; used on one loop. */
public interface Link {
  /** Sends the first {@code length} bytes, which the caller may change afterwards. */
  void write(byte[] bytes, int length);

  /** Bytes written that the other side has not taken yet. */
  long unsentBytes();

  /** Receives what comes, in order, in pieces of any size; the array is the receiver's. */
  void onBytes(Consumer<byte[]> receiver);

  /** Runs once when the connection is gone, whoever closed it. */
  void onClose(Runnable listener);

  void close();

  /** The other side's address, for logs. */
  String remote();
}
