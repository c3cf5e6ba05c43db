package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import io.vertx.core.json.JsonObject;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are stopped in good order fail no request. */
class DrainIT {
  private static final int WORKERS = 3;

  @TempDir Path root;
  private List<NodeProcess> nodes = List.of();
  private final AtomicBoolean working = new AtomicBoolean(true);
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() throws Exception {
    working.set(false);
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  /** A client with connections of its own, which tries the next node where one is refused. */
  private void work(int worker) {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    SplittableRandom random = new SplittableRandom(worker);
    int written = 0;
    while (working.get()) {
      boolean writes = written == 0 || random.nextBoolean();
      int key = writes ? written : random.nextInt(written);
      String path = "/v1/kv/drain/" + worker + "-" + key;
      HttpRequest.BodyPublisher body =
          writes
              ? HttpRequest.BodyPublishers.ofString("v" + key)
              : HttpRequest.BodyPublishers.noBody();
      requests.incrementAndGet();
      try {
        HttpResponse<String> answer =
            send(client, random.nextInt(nodes.size()), path, writes ? "PUT" : "GET", body);
        if (answer.statusCode() != (writes ? 204 : 200)
            || !writes && !answer.body().equals("v" + key)) {
          failures.add(answer + " " + answer.body());
        } else if (writes) {
          written++;
        }
      } catch (Exception e) {
        failures.add(path + " " + e);
      }
    }
  }

  private HttpResponse<String> send(
      HttpClient client, int node, String path, String method, HttpRequest.BodyPublisher body)
      throws Exception {
    for (int i = 0; ; i++) {
      URI uri = URI.create(nodes.get((node + i) % nodes.size()).url(path));
      try {
        return client.send(
            HttpRequest.newBuilder(uri).method(method, body).build(),
            HttpResponse.BodyHandlers.ofString());
      } catch (ConnectException e) {
        refused.incrementAndGet();
        if (i == nodes.size()) {
          throw e;
        }
      }
    }
  }

  @Test
  void eachNodeIsRestartedInTurnUnderLoadAndNoRequestFails() throws Exception {
    Map<String, String> twoLoops = Map.of("JDK_JAVA_OPTIONS", "-XX:ActiveProcessorCount=4");
    nodes = NodeProcess.cluster(root, 3, twoLoops, "--drain-delay", "500ms");
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      int worker = i;
      Thread thread = new Thread(() -> work(worker));
      thread.start();
      workers.add(thread);
    }
    List<Long> millis = new ArrayList<>();
    for (NodeProcess node : nodes) {
      long began = System.nanoTime();
      assertEquals(0, node.stop());
      millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
      node.start();
    }
    working.set(false);
    for (Thread thread : workers) {
      thread.join();
    }
    System.out.printf(
        "%d requests, %d refused connections, %d failed; drains took %s ms%n",
        requests.get(), refused.get(), failures.size(), millis);
    assertEquals(List.of(), failures.stream().limit(5).toList());
    assertTrue(requests.get() > 100, requests.get() + " requests");
  }

  @Test
  void aNodeThatIsAskedToDrainServesOnForAWhileAndThenExitsWithZero() throws Exception {
    nodes = NodeProcess.cluster(root, 3, "--drain-delay", "2s");
    NodeProcess draining = nodes.get(2);
    assertEquals(202, Http.send("POST", draining.url("/v1/node/drain"), new byte[0]).status());
    assertEquals(202, Http.send("POST", draining.url("/v1/node/drain"), new byte[0]).status());
    Http.Answer ready = Http.get(draining.url("/readyz"));
    assertEquals(503, ready.status());
    assertEquals("not-ready", new JsonObject(ready.text()).getString("type"));
    assertEquals(200, Http.get(draining.url("/livez")).status());
    assertEquals(204, Http.put(draining.url("/v1/kv/b/late"), "late").status());
    JsonObject transition = cluster(draining).getJsonObject("transition");
    assertEquals("drain", transition.getString("kind"));
    assertEquals("n3", transition.getString("node"));
    eventually(() -> member(nodes.get(0), "n3").getBoolean("draining"));
    assertFalse(member(nodes.get(0), "n2").getBoolean("draining"));
    eventually(() -> draining.exit() == 0);
    eventually(() -> member(nodes.get(0), "n3").getString("state").equals("left"));
    assertEquals("late", Http.get(nodes.get(0).url("/v1/kv/b/late")).text());
    draining.start();
    assertEquals(200, Http.get(draining.url("/readyz")).status());
    eventually(() -> member(nodes.get(0), "n3").getString("state").equals("alive"));
    assertFalse(member(nodes.get(0), "n3").getBoolean("draining"));
  }

  @Test
  void theCommandWaitsForHintsAndThenDrains() throws Exception {
    nodes = NodeProcess.cluster(root, 3, "--drain-delay", "100ms");
    NodeProcess behind = nodes.get(1);
    behind.kill();
    for (int i = 0; i < 2000; i++) {
      assertEquals(204, Http.put(nodes.get(i % 2 * 2).url("/v1/kv/missed/" + i), "x").status());
    }
    behind.start();
    assertEquals(
        0,
        command("drain", "--http", "127.0.0.1:" + nodes.get(0).http, "--repaired-within", "30s"));
    eventually(() -> nodes.get(0).exit() == 0);
    for (int i = 0; i < 2000; i += 100) {
      assertEquals(200, Http.get(behind.url("/v1/kv/missed/" + i + "?r=1")).status());
    }
    assertEquals(1, command("drain", "--http", "127.0.0.1:" + nodes.get(0).http));
  }

  private int command(String... arguments) throws Exception {
    Process process =
        new ProcessBuilder(NodeProcess.java(arguments))
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("command.log").toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return process.exitValue();
  }

  private static JsonObject cluster(NodeProcess node) throws Exception {
    return new JsonObject(Http.get(node.url("/v1/cluster")).text());
  }

  private static JsonObject member(NodeProcess at, String name) throws Exception {
    return cluster(at).getJsonArray("members").stream()
        .map(JsonObject.class::cast)
        .filter(member -> member.getString("name").equals(name))
        .findAny()
        .orElseThrow();
  }
}
