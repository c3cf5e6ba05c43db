package org.quorate.membership;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Loop;

/** UDP by Vert.x, which closes it in the end. */
public final class VertxDatagrams implements Datagrams {
  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;

  private final Vertx vertx;
  private @Nullable DatagramSocket socket;

  public VertxDatagrams(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Future<Void> open(Loop loop, String address, Receiver receiver) {
    DatagramSocket opened =
        vertx.createDatagramSocket(
            new DatagramSocketOptions().setReceiveBufferSize(RECEIVE_BUFFER_BYTES));
    socket = opened;
    opened.exceptionHandler(e -> {});
    opened.handler(
        packet ->
            receiver.received(
                packet.sender().hostAddress() + ":" + packet.sender().port(),
                packet.data().getBytes()));
    return opened.listen(port(address), host(address)).mapEmpty();
  }

  @Override
  public void send(String address, byte[] datagram) {
    DatagramSocket open = socket;
    if (open != null) {
      open.send(Buffer.buffer(datagram), port(address), host(address));
    }
  }

  private static String host(String address) {
    return address.substring(0, address.lastIndexOf(':'));
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }
}
