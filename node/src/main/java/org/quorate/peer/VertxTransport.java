package org.quorate.peer;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.quorate.runtime.Loop;

/** TCP by Vert.x, for one event loop; made and used on that loop's context. */
public final class VertxTransport implements Transport {
  private static final int CONNECT_TIMEOUT_MILLIS = 1000;

  private final Vertx vertx;
  private final NetClient client;
  private final List<NetServer> servers = new ArrayList<>();

  public VertxTransport(Vertx vertx) {
    this.vertx = vertx;
    this.client =
        vertx.createNetClient(
            new NetClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS).setTcpNoDelay(true));
  }

  @Override
  public Future<String> listen(Loop loop, String address, Consumer<Link> accepted) {
    NetServer server = vertx.createNetServer(new NetServerOptions().setTcpNoDelay(true));
    servers.add(server);
    server.connectHandler(socket -> accepted.accept(new SocketLink(socket)));
    return server
        .listen(port(address), host(address))
        .map(bound -> host(address) + ":" + bound.actualPort());
  }

  @Override
  public Future<Link> connect(Loop loop, String address) {
    Promise<Link> connected = Promise.promise();
    client
        .connect(port(address), host(address))
        .onComplete(
            socket -> {
              SocketLink link = new SocketLink(socket);
              loop.execute(() -> connected.complete(link));
            },
            e -> loop.execute(() -> connected.fail(e)));
    return connected.future();
  }

  static String host(String address) {
    return address.substring(0, address.lastIndexOf(':'));
  }

  static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static final class SocketLink implements Link {
    private final NetSocket socket;
    private long unsent;

    SocketLink(NetSocket socket) {
      this.socket = socket;
      socket.exceptionHandler(e -> {});
    }

    @Override
    public void write(byte[] bytes, int length) {
      unsent += length;
      socket
          .write(Buffer.buffer(length).appendBytes(bytes, 0, length))
          .onComplete(done -> unsent -= length);
    }

    @Override
    public long unsentBytes() {
      return unsent;
    }

    @Override
    public void onBytes(Consumer<byte[]> receiver) {
      socket.handler(buffer -> receiver.accept(buffer.getBytes()));
    }

    @Override
    public void onClose(Runnable listener) {
      socket.closeHandler(closed -> listener.run());
    }

    @Override
    public void close() {
      socket.close();
    }

    @Override
    public String remote() {
      return String.valueOf(socket.remoteAddress());
    }
  }
}
