package org.quorate;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.quorate.console.Cluster;
import org.quorate.console.Following;
import org.quorate.console.Pace;
import org.quorate.console.StatusText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quorate status}: members, what can be served, and what is under way. */
@Command(
    name = "status",
    description = "Show the members, what can be served, and the change that is under way.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false)
final class StatusCommand implements Callable<Integer> {
  private static final long BETWEEN_LOOKS_MILLIS = 1000;

  @Mixin private Reach reach = new Reach();

  @Option(names = "--all", description = "List each member, also where there are more than twenty.")
  private boolean all;

  @Override
  public Integer call() throws InterruptedException {
    try {
      show(new Cluster(reach.address()));
      return 0;
    } catch (IOException e) {
      System.err.println("quorate: " + e.getMessage());
      return 1;
    }
  }

  private void show(Cluster cluster) throws IOException, InterruptedException {
    JsonObject status = cluster.status();
    if (reach.isJson()) {
      System.out.println(status.encodePrettily());
      return;
    }
    Following following = new Following(cluster, System.out, false);
    Pace pace = following.look(status);
    if (pace != null) {
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
      status = cluster.status();
      pace = following.look(status);
    }
    StatusText.of(status, pace, all).forEach(System.out::println);
  }
}
