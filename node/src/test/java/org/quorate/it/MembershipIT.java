package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who five real processes believe to live. */
class MembershipIT {
  @TempDir static Path root;
  private static List<NodeProcess> nodes = List.of();

  @BeforeAll
  static void start() throws Exception {
    nodes = NodeProcess.cluster(root, 5);
  }

  /** Each test leaves all nodes running. */
  @BeforeEach
  void awaitOneCluster() throws Exception {
    eventually(() -> allBelieve("alive", 0, 1, 2, 3, 4));
  }

  @AfterAll
  static void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private JsonObject member(int at, int of) throws Exception {
    JsonObject cluster = new JsonObject(Http.get(nodes.get(at).url("/v1/cluster")).text());
    JsonArray members = cluster.getJsonArray("members");
    assertEquals(5, members.size());
    return members.getJsonObject(of);
  }

  /** Whether all others believe this of each of these nodes. */
  private boolean allBelieve(String state, int... of) throws Exception {
    for (int at = 0; at < 5; at++) {
      for (int node : of) {
        boolean asks = at != node && nodes.get(at).exit() == -1;
        if (asks && !member(at, node).getString("state").equals(state)) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void oneThatIsKilledIsDeadForAllAndAliveAgainWhenItIsBack() throws Exception {
    long incarnation = member(0, 2).getLong("incarnation");
    nodes.get(2).kill();
    long killed = System.nanoTime();
    eventually(() -> allBelieve("dead", 2));
    System.out.printf("dead for all %.2f s after kill -9%n", (System.nanoTime() - killed) / 1e9);
    JsonObject dead = member(0, 2);
    assertTrue(dead.getString("accuser").matches("n[1245]"), dead.encode());
    assertTrue(dead.getString("since").startsWith("20"), dead.encode());
    nodes.get(2).start();
    eventually(() -> allBelieve("alive", 2));
    assertTrue(member(0, 2).getLong("incarnation") > incarnation);
    assertFalse(member(0, 2).containsKey("accuser"));
  }

  @Test
  void oneThatStandsStillForThreeSecondsIsNeverDead() throws Exception {
    long pid = nodes.get(1).pid();
    String script = "kill -STOP " + pid + "; sleep 3; kill -CONT " + pid;
    Process pause = new ProcessBuilder("sh", "-c", script).start();
    List<String> seen = new ArrayList<>();
    while (pause.isAlive()) {
      seen.add(member(3, 1).getString("state"));
      TimeUnit.MILLISECONDS.sleep(20);
    }
    eventually(
        () -> {
          for (int at : new int[] {0, 2, 3, 4}) {
            seen.add(member(at, 1).getString("state"));
          }
          return allBelieve("alive", 1);
        });
    assertTrue(seen.contains("suspect"), "nobody noticed");
    assertFalse(seen.contains("dead"), "declared dead");
  }

  @Test
  void oneThatIsStoppedInGoodOrderHasLeft() throws Exception {
    assertEquals(0, nodes.get(4).stop());
    eventually(() -> allBelieve("left", 4));
    nodes.get(4).start();
    eventually(() -> allBelieve("alive", 4));
  }

  @Test
  void aSecondNodeOfANameRefusesToStart() throws Exception {
    int[] ports = NodeProcess.freePorts(2);
    List<String> members = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      String peer = member(0, i).getString("peer");
      members.add("n" + (i + 1) + "=" + (i == 2 ? "127.0.0.1:" + ports[1] : peer));
    }
    Process second =
        new ProcessBuilder(
                NodeProcess.java(
                    "serve",
                    "--name",
                    "n3",
                    "--data",
                    root.resolve("second").toString(),
                    "--http",
                    "127.0.0.1:" + ports[0],
                    "--peer",
                    "127.0.0.1:" + ports[1],
                    "--members",
                    String.join(",", members)))
            .redirectOutput(root.resolve("second.log").toFile())
            .start();
    assertTrue(second.waitFor(30, TimeUnit.SECONDS), "it runs");
    String said = new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(2, second.exitValue(), said);
    assertTrue(said.contains("the name 'n3' is taken by the running node at 127.0.0.1:"), said);
    assertTrue(allBelieve("alive", 0, 1, 2, 3, 4));
  }

  @Test
  void datagramsOfStrangersAreCountedAndDropped() throws Exception {
    int port = Integer.parseInt(member(1, 0).getString("peer").split(":")[1]);
    try (DatagramSocket socket = new DatagramSocket()) {
      byte[] garbage = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 10; i++) {
        socket.send(
            new DatagramPacket(garbage, garbage.length, InetAddress.getLoopbackAddress(), port));
      }
    }
    eventually(
        () ->
            Http.get(nodes.get(0).url("/metrics"))
                .text()
                .contains("quorate_gossip_dropped_total{reason=\"garbage\"} 10.0"));
    assertTrue(allBelieve("alive", 0));
  }
}
