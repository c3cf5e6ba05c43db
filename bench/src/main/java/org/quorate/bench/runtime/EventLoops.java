package org.quorate.bench.runtime;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.file.FileSystemOptions;

/** Vert.x as this tool uses it. */
public final class EventLoops {
  private EventLoops() {}

  /**
   * So many event loops, native ones where they can be had. Writes no files, and asks again for a
   * node's address after a second: a container may come back with another.
   */
  public static Vertx start(int loops) {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(loops)
            .setPreferNativeTransport(true)
            .setAddressResolverOptions(new AddressResolverOptions().setCacheMaxTimeToLive(1))
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }
}
