package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each of five nodes is killed and started again under load, one after the other. A request may
 * fail only if it was in flight at the killed node: as the node that the client asked, or as the
 * owner that was coordinating the write.
 */
class RollingIT {
  private static final int WORKERS = 8;
  private static final int PAUSE_SECONDS = Integer.getInteger("quorate.pause", 1);

  @TempDir Path root;
  private List<NodeProcess> nodes = List.of();
  private final AtomicBoolean working = new AtomicBoolean(true);
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger atKilledNode = new AtomicInteger();
  private final AtomicInteger atKilledOwner = new AtomicInteger();
  private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

  /** The node that is being killed or started, by number from 0, or -1. */
  private volatile int away = -1;

  @AfterEach
  void stop() throws Exception {
    working.set(false);
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private void work(int worker) {
    SplittableRandom random = new SplittableRandom(worker);
    List<String> mine = new ArrayList<>();
    for (int i = 0; working.get(); i++) {
      int node = random.nextInt(5);
      if (node == away) {
        continue;
      }
      requests.incrementAndGet();
      boolean writes = mine.isEmpty() || random.nextBoolean();
      String key = writes ? worker + "-" + i : mine.get(random.nextInt(mine.size()));
      try {
        Http.Answer answer =
            writes
                ? Http.put(nodes.get(node).url("/v1/kv/rolling/" + key + "?w=2"), "v" + key)
                : Http.get(nodes.get(node).url("/v1/kv/rolling/" + key + "?r=2"));
        if (answer.status() >= 300) {
          refused(node, answer);
        } else if (writes) {
          acknowledged.put(key, "v" + key);
          mine.add(key);
        } else if (!answer.text().equals("v" + key)) {
          failures.add(key + " is " + answer.text());
        }
      } catch (Exception e) {
        if (node == away) {
          atKilledNode.incrementAndGet();
        } else {
          failures.add("n" + (node + 1) + ": " + e);
        }
      }
    }
  }

  /** A write whose owner died while it coordinated it, is unknown: no other can tell. */
  private void refused(int node, Http.Answer answer) {
    String killed = "n" + (away + 1);
    JsonArray replicas = new JsonObject(answer.text()).getJsonArray("replicas", new JsonArray());
    boolean died =
        replicas.stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                replica ->
                    replica.getString("node").equals(killed)
                        && replica.getString("result").equals("disconnected"));
    if (answer.status() == 504 && died) {
      atKilledOwner.incrementAndGet();
    } else {
      failures.add("n" + (node + 1) + " with " + killed + " away: " + answer.text());
    }
  }

  private boolean isOneCluster() throws Exception {
    for (NodeProcess node : nodes) {
      String cluster = Http.get(node.url("/v1/cluster")).text();
      if (cluster.split("\"state\":\"alive\"", -1).length != 6) {
        return false;
      }
    }
    return true;
  }

  @Test
  void nodesThatAreKilledInTurnLoseNoWriteAndFailNoRequest() throws Exception {
    nodes = NodeProcess.cluster(root, 5);
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      int worker = i;
      Thread thread = new Thread(() -> work(worker));
      thread.start();
      workers.add(thread);
    }
    for (int node = 0; node < 5; node++) {
      TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
      away = node;
      nodes.get(node).kill();
      TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
      nodes.get(node).start();
      eventually(this::isOneCluster);
      away = -1;
    }
    TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
    working.set(false);
    for (Thread thread : workers) {
      thread.join();
    }
    List<String> lost = new ArrayList<>();
    for (Map.Entry<String, String> write : acknowledged.entrySet()) {
      String url = nodes.get(0).url("/v1/kv/rolling/" + write.getKey() + "?r=2");
      if (!Http.get(url).text().equals(write.getValue())) {
        lost.add(write.getKey());
      }
    }
    System.out.printf(
        "%d requests, %d writes acknowledged, %d lost; in flight when killed: %d at the node asked, %d"
            + " at the coordinating owner; %d failed otherwise%n",
        requests.get(),
        acknowledged.size(),
        lost.size(),
        atKilledNode.get(),
        atKilledOwner.get(),
        failures.size());
    assertEquals(List.of(), lost);
    assertEquals(List.of(), failures.stream().limit(5).toList());
    assertTrue(acknowledged.size() > 100, acknowledged.size() + " writes");
  }
}
