package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node joins and leaves again and again; each time some process is killed at a random moment: who
 * joins, who gives, or who drives the transition. {@code -Dquorate.kills=20} kills more often.
 */
class KilledTransitionIT {
  private static final int KILLS = Integer.getInteger("quorate.kills", 2);
  private static final int KEYS = 3000;
  private static final int MOST_MILLIS = 1500;
  private static final String FETCHED = "quorate_anti_entropy_keys_total ";

  @TempDir Path root;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final Random random = new Random(7);

  /** Transitions that were under way when a process was killed. */
  private int interrupted;

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private static JsonObject get(NodeProcess at, String path) throws Exception {
    Http.Answer answer = Http.get(at.url(path));
    assertEquals(200, answer.status(), answer.text());
    return new JsonObject(answer.text());
  }

  private static JsonObject post(NodeProcess at, String path, JsonObject body) throws Exception {
    Http.Answer answer =
        Http.send("POST", at.url(path), body.encode().getBytes(StandardCharsets.UTF_8));
    assertTrue(answer.status() / 100 == 2, answer.text());
    return new JsonObject(answer.text());
  }

  private static List<JsonObject> objects(JsonObject in, String name) {
    return in.getJsonArray(name).stream().map(JsonObject.class::cast).toList();
  }

  /** How many keys the node has fetched from others since it started. */
  private static long fetched(NodeProcess at) throws Exception {
    return Http.get(at.url("/metrics"))
        .text()
        .lines()
        .filter(line -> line.startsWith(FETCHED))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(FETCHED.length())))
        .sum();
  }

  /** Keys by partition, of those of which the node has forgotten nothing. */
  private static Map<Integer, Long> whole(NodeProcess at) throws Exception {
    Map<Integer, Long> keys = new TreeMap<>();
    objects(get(at, "/v1/node/partitions"), "partitions").stream()
        .filter(each -> each.getBoolean("whole"))
        .forEach(each -> keys.put(each.getInteger("partition"), each.getLong("keys")));
    return keys;
  }

  /** For each new owner the partitions that it is to get. */
  private static Map<String, Set<Integer>> toCome(JsonObject plan) {
    Map<String, Set<Integer>> toCome = new TreeMap<>();
    for (JsonObject move : objects(plan, "moving")) {
      JsonArray to = move.getJsonArray("to");
      to.forEach(
          name ->
              toCome
                  .computeIfAbsent((String) name, none -> new HashSet<>())
                  .add(move.getInteger("partition")));
    }
    return toCome;
  }

  /** One that has left ends, at any moment. */
  private static boolean isCalm(List<NodeProcess> members) throws Exception {
    try {
      for (NodeProcess node : members) {
        if (node.exit() != 0 && get(node, "/v1/cluster").getJsonObject("transition") != null) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void requireAll(NodeProcess at) throws Exception {
    for (int i = 0; i < KEYS; i += 7) {
      Http.Answer answer = Http.get(at.url("/v1/kv/killed/k" + i + "?r=all"));
      assertEquals("v" + i, answer.text(), "k" + i);
    }
  }

  private static NodeProcess named(List<NodeProcess> nodes, String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findAny().orElseThrow();
  }

  /**
   * Changes the members, kills a process at some moment and starts it again, and waits for the end.
   *
   * @param members that have the keys before, or are to have them
   * @return what happened, for the reader
   */
  private String change(String kind, JsonObject body, List<NodeProcess> members, NodeProcess victim)
      throws Exception {
    NodeProcess n1 = members.get(0);
    Map<String, Set<Integer>> toCome = toCome(post(n1, "/v1/cluster/" + kind + "?plan=true", body));
    Map<Integer, Long> keys = new TreeMap<>();
    for (NodeProcess node : members) {
      if (node.isStarted()) {
        whole(node).forEach((partition, count) -> keys.merge(partition, count, Math::max));
      }
    }
    Map<String, Long> before = new TreeMap<>();
    for (String name : toCome.keySet()) {
      NodeProcess node = named(members, name);
      before.put(name, node.isStarted() ? fetched(node) : 0);
    }
    post(n1, "/v1/cluster/" + kind, body);
    for (NodeProcess node : members) {
      if (!node.isStarted()) {
        node.start();
      }
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(MOST_MILLIS));
    boolean isGetting = toCome.containsKey(victim.name());
    long fetchedBefore = isGetting ? fetched(victim) - before.get(victim.name()) : 0;
    Map<Integer, Long> checkpointed = isGetting ? whole(victim) : Map.of();
    JsonObject transition = get(members.get(1), "/v1/cluster").getJsonObject("transition");
    interrupted += transition == null ? 0 : 1;
    victim.kill();
    victim.launch();
    eventually(() -> isCalm(members));
    for (Map.Entry<String, Set<Integer>> each : toCome.entrySet()) {
      NodeProcess node = named(members, each.getKey());
      boolean wasKilled = node == victim;
      long needed =
          each.getValue().stream()
              .filter(p -> !wasKilled || !checkpointed.containsKey(p))
              .mapToLong(p -> keys.getOrDefault(p, 0L))
              .sum();
      long fetched = fetched(node) - (wasKilled ? 0 : before.get(each.getKey()));
      String what = each.getKey() + " fetched " + fetched + " keys, lacked " + needed;
      assertTrue(fetched <= needed, what);
    }
    return String.format(
        "%s, %s killed with %s; it had fetched %d keys, %d of %d partitions were its own by then",
        kind,
        victim.name(),
        transition == null ? "all done" : transition.getInteger("copying") + " partitions to copy",
        fetchedBefore,
        checkpointed.keySet().stream()
            .filter(toCome.getOrDefault(victim.name(), Set.of())::contains)
            .count(),
        toCome.getOrDefault(victim.name(), Set.of()).size());
  }

  private NodeProcess begin() throws Exception {
    nodes.addAll(NodeProcess.cluster(root, 3));
    NodeProcess n1 = nodes.get(0);
    for (int i = 0; i < KEYS; i++) {
      assertEquals(204, Http.put(n1.url("/v1/kv/killed/k" + i), "v" + i).status());
    }
    return n1;
  }

  @Test
  void aKilledTransitionCanBeAborted() throws Exception {
    NodeProcess n1 = begin();
    for (int kill = 0; kill < Math.max(1, KILLS / 5); kill++) {
      NodeProcess joiner = NodeProcess.joining(root, "a" + kill, n1);
      nodes.add(joiner);
      NodeProcess victim = kill % 2 == 0 ? joiner : n1;
      joiner.start();
      TimeUnit.MILLISECONDS.sleep(random.nextInt(MOST_MILLIS));
      victim.kill();
      post(nodes.get(1), "/v1/cluster/abort", new JsonObject());
      victim.launch();
      eventually(() -> joiner.exit() == 0 && n1.answers() && isCalm(nodes.subList(0, 3)));
      for (JsonObject member : objects(get(nodes.get(1), "/v1/cluster"), "members")) {
        assertEquals(256, member.getInteger("owned"), member.getString("name"));
      }
      requireAll(n1);
    }
  }

  @Test
  void aKilledTransitionGoesOnAndSendsNothingTwice() throws Exception {
    NodeProcess n1 = begin();
    for (int kill = 0; kill < KILLS; kill += 2) {
      NodeProcess joiner = NodeProcess.joining(root, "j" + kill, n1);
      List<NodeProcess> members = new ArrayList<>(nodes.subList(0, 3));
      members.add(joiner);
      nodes.add(joiner);
      NodeProcess[] victims = {joiner, n1, nodes.get(1)};
      JsonObject join = new JsonObject().put("node", joiner.name() + "=" + joiner.peer());
      System.out.println(change("join", join, members, victims[kill / 2 % 3]));
      requireAll(joiner);
      NodeProcess[] getters = {n1, joiner, nodes.get(2)};
      JsonObject leave = new JsonObject().put("name", joiner.name());
      System.out.println(change("leave", leave, members, getters[kill / 2 % 3]));
      eventually(() -> joiner.exit() == 0);
      requireAll(n1);
    }
    assertTrue(interrupted >= KILLS / 2, interrupted + " of " + KILLS + " were not over before");
  }
}
