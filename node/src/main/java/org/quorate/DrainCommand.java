package org.quorate;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.quorate.console.NodeClient;
import org.quorate.runtime.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code quorate drain}: stops a running node in good order.
 *
 * <p>First it waits until the living members have what they missed: no hints for them anywhere, no
 * lost disk of theirs being refilled. So in a restart of one node after another each is whole
 * before the next goes away.
 */
@Command(
    name = "drain",
    description = "Stop a running node in good order, once the others have what they missed.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false)
final class DrainCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 250;

  /** Longer than a drain may take with the longest delay. */
  private static final Duration MOST = Duration.ofSeconds(90);

  private static final JsonObject NOTHING = new JsonObject();

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      converter = Options.Address.class,
      description = "Where the node serves clients. Default: 127.0.0.1:8080.")
  private HostPort http = new HostPort("127.0.0.1", 8080);

  @Option(
      names = "--repaired-within",
      paramLabel = "TIME",
      converter = Options.Span.class,
      description =
          "How long to wait for the others to have what they missed; after that the node is drained"
              + " all the same. Default: 60s.")
  private Duration repairedWithin = Duration.ofSeconds(60);

  private final NodeClient client = new NodeClient();

  @Override
  public Integer call() throws InterruptedException {
    String node = http.reachedAt("127.0.0.1").toString();
    try {
      awaitRepair(node);
      client.post(node, "/v1/node/drain", new JsonObject());
    } catch (NodeClient.Refused e) {
      System.err.println("quorate: " + node + " does not drain: " + e.getMessage());
      return 1;
    } catch (IOException e) {
      System.err.println("quorate: node at " + node + " cannot be asked: " + reason(e));
      return 1;
    }
    long deadline = Clock.SYSTEM.nanos() + MOST.toNanos();
    while (takesRequests(node)) {
      if (Clock.SYSTEM.nanos() - deadline > 0) {
        System.err.println(
            "quorate: " + node + " still takes requests after " + MOST.toSeconds() + " s");
        return 1;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    System.out.println("drained " + node);
    return 0;
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void awaitRepair(String node) throws IOException, InterruptedException {
    long deadline = Clock.SYSTEM.nanos() + repairedWithin.toNanos();
    Map<String, Long> behind = behind(node);
    while (!behind.isEmpty() && Clock.SYSTEM.nanos() - deadline < 0) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      behind = behind(node);
    }
    if (!behind.isEmpty()) {
      System.err.println("quorate: drained while others lack something: " + behind);
    }
  }

  /**
   * Living members that lack something: how many hints there are for it, or partitions to refill.
   */
  private Map<String, Long> behind(String node) throws IOException, InterruptedException {
    JsonObject cluster = client.get(node, "/v1/cluster");
    String self = cluster.getString("node");
    Map<String, String> living =
        cluster.getJsonArray("members").stream()
            .map(JsonObject.class::cast)
            .filter(member -> Set.of("alive", "suspect").contains(member.getString("state")))
            .collect(
                Collectors.toMap(
                    member -> member.getString("name"), member -> member.getString("http")));
    living.put(self, node);
    Map<String, Long> behind = new TreeMap<>();
    for (Map.Entry<String, String> member : living.entrySet()) {
      JsonObject repair = repairOf(member.getValue());
      for (Map.Entry<String, Object> kept : repair.getJsonObject("hints", NOTHING)) {
        behind.merge(kept.getKey(), ((Number) kept.getValue()).longValue(), Long::sum);
      }
      long refilling = repair.getJsonArray("refilling", new JsonArray()).size();
      if (refilling > 0) {
        behind.merge(member.getKey(), refilling, Long::sum);
      }
    }
    behind.keySet().retainAll(living.keySet());
    behind.remove(self);
    return behind;
  }

  /** Nothing if the member cannot be asked: it can deliver nothing either. */
  private JsonObject repairOf(String address) throws InterruptedException {
    try {
      return client.get(address, "/v1/cluster/repair");
    } catch (IOException e) {
      return NOTHING;
    }
  }

  /** Not if it asks to be left, or is gone. One that is silent may only be slow. */
  private boolean takesRequests(String node) throws InterruptedException {
    try {
      return client.send(node, "GET", "/livez", "").headers().firstValue("Connection").isEmpty();
    } catch (HttpTimeoutException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
