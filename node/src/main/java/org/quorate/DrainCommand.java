package org.quorate;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.quorate.runtime.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code quorate drain}: stops a running node in good order.
 *
 * <p>First it waits until no member keeps hints for a living one, so that in a restart of one node
 * after another each has what it missed before the next goes away.
 */
@Command(
    name = "drain",
    description = "Stop a running node in good order, once the others have what they missed.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false)
final class DrainCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 250;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      converter = Options.Address.class,
      description = "Where the node serves clients. Default: 127.0.0.1:8080.")
  private HostPort http = new HostPort("127.0.0.1", 8080);

  @Option(
      names = "--hints-within",
      paramLabel = "TIME",
      converter = Options.Span.class,
      description =
          "How long to wait for hints to be delivered; after that the node is drained all the same."
              + " Default: 60s.")
  private Duration hintsWithin = Duration.ofSeconds(60);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  @Override
  public Integer call() throws InterruptedException {
    String node = http.reachedAt("127.0.0.1").toString();
    try {
      awaitHints(node);
      HttpResponse<String> answer = send(node, "POST", "/v1/node/drain");
      if (answer.statusCode() != 202) {
        System.err.println("quorate: " + node + " does not drain: " + answer.body());
        return 1;
      }
    } catch (IOException | DecodeException e) {
      System.err.println("quorate: node at " + node + " cannot be asked: " + reason(e));
      return 1;
    }
    while (answers(node)) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    System.out.println("drained " + node);
    return 0;
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void awaitHints(String node) throws IOException, InterruptedException {
    long deadline = Clock.SYSTEM.nanos() + hintsWithin.toNanos();
    Map<String, Long> waiting = hints(node);
    while (!waiting.isEmpty() && Clock.SYSTEM.nanos() - deadline < 0) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      waiting = hints(node);
    }
    if (!waiting.isEmpty()) {
      System.err.println("quorate: hints are not delivered, and left for later: " + waiting);
    }
  }

  /** Hints for living members, by their target, wherever they are kept. */
  private Map<String, Long> hints(String node) throws IOException, InterruptedException {
    JsonObject cluster = new JsonObject(send(node, "GET", "/v1/cluster").body());
    String self = cluster.getString("node");
    Map<String, String> living =
        cluster.getJsonArray("members").stream()
            .map(JsonObject.class::cast)
            .filter(member -> Set.of("alive", "suspect").contains(member.getString("state")))
            .collect(
                Collectors.toMap(
                    member -> member.getString("name"), member -> member.getString("http")));
    living.put(self, node);
    Map<String, Long> waiting = new TreeMap<>();
    for (String address : living.values()) {
      for (Map.Entry<String, Object> kept : hintsKeptBy(address)) {
        if (living.containsKey(kept.getKey()) && !kept.getKey().equals(self)) {
          waiting.merge(kept.getKey(), ((Number) kept.getValue()).longValue(), Long::sum);
        }
      }
    }
    return waiting;
  }

  /** None if the member cannot be asked: it cannot deliver any either. */
  private JsonObject hintsKeptBy(String address) throws InterruptedException {
    try {
      JsonObject repair = new JsonObject(send(address, "GET", "/v1/cluster/repair").body());
      return repair.getJsonObject("hints", new JsonObject());
    } catch (IOException | DecodeException e) {
      return new JsonObject();
    }
  }

  private boolean answers(String node) throws InterruptedException {
    try {
      send(node, "GET", "/livez");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<String> send(String address, String method, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://" + address + path))
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
