package org.quorate.peer;

import io.vertx.core.Future;
import java.util.function.Consumer;
import org.quorate.runtime.Loop;

/** The network between nodes. Addresses are {@code host:port}. */
public interface Transport {
  /** Accepts connections on this loop; completes with the address bound. */
  Future<String> listen(Loop loop, String address, Consumer<Link> accepted);

  /** Opens a connection whose link is used on this loop. */
  Future<Link> connect(Loop loop, String address);
}
