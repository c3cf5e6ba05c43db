package org.quorate;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.quorate.console.Cluster;
import org.quorate.console.RingText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code quorate ring}: who owns what. */
@Command(
    name = "ring",
    description = "Show who owns which partitions, and is to own them.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false)
final class RingCommand implements Callable<Integer> {
  @Mixin private Reach reach = new Reach();

  @Override
  public Integer call() throws InterruptedException {
    try {
      JsonObject ring = new Cluster(reach.address()).ring();
      if (reach.isJson()) {
        System.out.println(ring.encodePrettily());
      } else {
        RingText.of(ring).forEach(System.out::println);
      }
      return 0;
    } catch (IOException e) {
      System.err.println("quorate: " + e.getMessage());
      return 1;
    }
  }
}
