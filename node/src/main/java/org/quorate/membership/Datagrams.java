package org.quorate.membership;

import io.vertx.core.Future;
import org.quorate.runtime.Loop;

/** A socket for datagrams, used on one loop. Addresses are {@code host:port}. */
public interface Datagrams {
  /** Gets what comes. */
  interface Receiver {
    /**
     * @param from where an answer reaches the sender
     */
    void received(String from, byte[] datagram);
  }

  /** Listens; completes when bound. */
  Future<Void> open(Loop loop, String address, Receiver receiver);

  /** Sends, if it can; nobody is told whether it arrives. */
  void send(String address, byte[] datagram);
}
