package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes join, are replaced and leave, and every key stays readable. */
class ElasticIT {
  private static final int KEYS = 300;
  private static final int PARTITIONS = 256;
  private static final int COPIES = 3;

  @TempDir Path root;
  private final List<NodeProcess> nodes = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private static Http.Answer post(NodeProcess at, String path, JsonObject body) throws Exception {
    return Http.send("POST", at.url(path), body.encode().getBytes(StandardCharsets.UTF_8));
  }

  private static JsonObject cluster(NodeProcess at) throws Exception {
    return new JsonObject(Http.get(at.url("/v1/cluster")).text());
  }

  /** How many partitions each node owns. */
  private static Map<String, Integer> owned(NodeProcess at) throws Exception {
    Map<String, Integer> owned = new TreeMap<>();
    new JsonObject(Http.get(at.url("/v1/cluster/ring")).text())
        .getJsonArray("partitions")
        .forEach(
            owners ->
                ((io.vertx.core.json.JsonArray) owners)
                    .forEach(owner -> owned.merge((String) owner, 1, Integer::sum)));
    return owned;
  }

  private void awaitOwners(NodeProcess at, String... names) throws Exception {
    eventually(
        () ->
            cluster(at).getJsonObject("transition") == null
                && owned(at).keySet().equals(java.util.Set.of(names)));
    int least = PARTITIONS * COPIES / names.length;
    owned(at).forEach((name, count) -> assertTrue(count - least <= 1 && least <= count, name));
  }

  private void requireAll(NodeProcess at) throws Exception {
    for (int i = 0; i < KEYS; i++) {
      Http.Answer answer = Http.get(at.url("/v1/kv/elastic/k" + i + "?r=2"));
      assertEquals(200, answer.status(), "k" + i + " " + answer.text());
      assertEquals("v" + i, answer.text());
    }
  }

  /** Runs a command against a node and returns what it says. */
  private static String run(NodeProcess at, int exit, String... arguments) throws Exception {
    List<String> command = NodeProcess.java(arguments);
    command.addAll(List.of("--http", "127.0.0.1:" + at.http));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(exit, process.waitFor(), said);
    return said;
  }

  private static void requireSaid(String said, String... parts) {
    for (String part : parts) {
      assertTrue(said.contains(part), said);
    }
  }

  private NodeProcess begin() throws Exception {
    nodes.addAll(NodeProcess.cluster(root, 3));
    NodeProcess n1 = nodes.get(0);
    for (int i = 0; i < KEYS; i++) {
      assertEquals(204, Http.put(n1.url("/v1/kv/elastic/k" + i), "v" + i).status());
    }
    return n1;
  }

  @Test
  void whoIsLeftOfALostMajorityGoesOnAndStartsAgain() throws Exception {
    NodeProcess n1 = begin();
    requireSaid(run(n1, 2, "force", "--lost", "n2,n3"), "acceptDataLoss", "lost for good");
    String[] force = {"force", "--lost", "n2,n3", "--accept-data-loss"};
    nodes.get(1).kill();
    requireSaid(
        run(n1, 2, "force", "--lost", "n2", "--accept-data-loss"), "n1, n3 can decide, a majority");
    nodes.get(2).kill();
    requireSaid(
        run(n1, 2, "force", "--lost", "n2", "--accept-data-loss"), "n3 may know a newer state");
    requireSaid(run(n1, 0, force), "done, epoch");
    requireSaid(run(n1, 0, "status"), "1: 1 alive");
    n1.kill();
    n1.start();
    assertEquals("v7", Http.get(n1.url("/v1/kv/elastic/k7?r=1")).text());
    for (String name : List.of("n4", "n5")) {
      NodeProcess joiner = NodeProcess.joining(root, name, n1);
      nodes.add(joiner);
      joiner.start();
      eventually(() -> cluster(n1).getJsonObject("transition") == null);
    }
    awaitOwners(n1, "n1", "n4", "n5");
    requireAll(nodes.get(4));
  }

  @Test
  void operatorsChangeMembersFromTheCommandLine() throws Exception {
    NodeProcess n1 = begin();
    requireSaid(run(n1, 0, "status"), "3: 3 alive", "256: 256 ok", "n=3 r=2 w=2", "n3 ");
    requireSaid(run(n1, 0, "ring"), "3 nodes own 256 each", " 255 n");
    NodeProcess n4 = NodeProcess.joining(root, "n4", n1);
    nodes.add(n4);
    String member = "n4=" + n4.peer();
    requireSaid(run(n1, 0, "join", member, "--plan"), "192 of 256 partitions", "n1 256 > 192");
    JsonObject plan = new JsonObject(run(n1, 0, "join", member, "--plan", "-o", "json"));
    assertEquals(192, plan.getJsonArray("moving").size());
    assertTrue(plan.getJsonObject("copies").getLong("bytes") > 0, plan.encode());
    assertEquals(3, owned(n1).size(), "a plan changes nothing");
    requireSaid(run(n1, 2, "leave", "n1"), "2 members < n=3 owners");
    requireSaid(run(n1, 2, "abort"), "no change is under way");
    requireSaid(run(n1, 2, "join", "n4"), "node=n4: allowed is NAME=HOST:PORT[@ZONE]");

    requireSaid(run(n1, 0, "join", member, "--detach"), "begun");
    requireSaid(
        run(n1, 0, "status"), "join of n4", "0 of 192 partitions have moved", "n4 holds up");
    requireSaid(run(n1, 1, "leave", "n1"), "the join of n4 is under way since epoch 2");
    requireSaid(run(n1, 0, "abort"), "done, epoch");
    assertEquals(3, owned(n1).size());
    n4.launch();
    requireSaid(run(n1, 0, "join", member), "begun at epoch", "done, epoch");
    requireAll(n4);
    requireSaid(run(n1, 0, "leave", "n1"), "done, epoch");
    eventually(() -> n1.exit() == 0);
    requireSaid(run(n4, 0, "status"), "3: 3 alive");
    requireAll(n4);
    requireSaid(run(n1, 1, "status"), "cannot be asked: connection refused");
  }

  @Test
  void aClusterGrowsReplacesAndShrinks() throws Exception {
    NodeProcess n1 = begin();
    NodeProcess n4 = NodeProcess.joining(root, "n4", n1);
    nodes.add(n4);
    n4.start();
    awaitOwners(n1, "n1", "n2", "n3", "n4");
    requireAll(n4);

    nodes.get(1).kill();
    NodeProcess n5 = NodeProcess.joining(root, "n5", n4);
    nodes.add(n5);
    JsonObject lost = new JsonObject().put("dead", "n2").put("by", "n5=" + n5.peer());
    assertEquals(202, post(n1, "/v1/cluster/replace", lost).status());
    assertEquals(202, post(n4, "/v1/cluster/replace", lost).status(), "idempotent");
    JsonObject other = new JsonObject().put("name", "n3");
    Http.Answer second = post(n4, "/v1/cluster/leave", other);
    assertEquals(409, second.status(), second.text());
    assertTrue(second.text().contains("replacement of n2 by n5"), second.text());
    n5.start();
    awaitOwners(n1, "n1", "n3", "n4", "n5");
    requireAll(n5);

    assertEquals(202, post(n5, "/v1/cluster/leave", new JsonObject().put("name", "n1")).status());
    awaitOwners(n5, "n3", "n4", "n5");
    eventually(() -> n1.exit() == 0);
    requireAll(n5);
    Http.Answer few = post(n5, "/v1/cluster/leave", new JsonObject().put("name", "n3"));
    assertEquals(400, few.status());
    assertTrue(few.text().contains("2 members < n=3 owners"), few.text());
    assertEquals(400, post(n5, "/v1/cluster/leave", new JsonObject()).status());
    assertEquals(400, post(n5, "/v1/cluster/abort", new JsonObject()).status());
    n4.kill();
    n4.start();
    requireAll(n4);
  }
}
