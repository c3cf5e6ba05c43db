package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import io.vertx.core.json.JsonObject;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes killed, stopped and started again, under load. */
class FaultsIT {
  @TempDir Path root;
  private List<NodeProcess> nodes = List.of();

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  /** The first answer with 200: a node may be known to live before there is a connection to it. */
  private static Http.Answer firstSuccess(String url) throws Exception {
    Http.Answer[] answer = {null};
    eventually(
        () -> {
          answer[0] = Http.get(url);
          return answer[0].status() == 200;
        });
    return answer[0];
  }

  private boolean allAlive(int node) throws Exception {
    return Http.get(nodes.get(node).url("/v1/cluster")).text().split("alive", -1).length == 4;
  }

  @Test
  void everyAcknowledgedWriteSurvivesTheKillOfAllNodes() throws Exception {
    nodes = NodeProcess.cluster(root, 3);
    Map<String, String> acknowledged = new ConcurrentHashMap<>();
    AtomicBoolean running = new AtomicBoolean(true);
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 4; w++) {
      int writer = w;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; running.get(); i++) {
                  String key = writer + "-" + i % 300;
                  try {
                    String url = nodes.get((writer + i) % 3).url("/v1/kv/kill/" + key);
                    if (Http.put(url, String.valueOf(i)).status() == 204) {
                      acknowledged.put(key, String.valueOf(i));
                    }
                  } catch (Exception e) {
                    return;
                  }
                }
              });
      thread.start();
      writers.add(thread);
    }
    eventually(() -> acknowledged.size() >= 1000);
    for (NodeProcess node : nodes) {
      node.signal("KILL");
    }
    running.set(false);
    for (Thread writer : writers) {
      writer.join();
    }
    for (NodeProcess node : nodes) {
      node.kill();
      node.launch();
    }
    for (NodeProcess node : nodes) {
      node.awaitReady();
    }
    eventually(() -> allAlive(0) && allAlive(1) && allAlive(2));
    for (Map.Entry<String, String> entry : acknowledged.entrySet()) {
      for (NodeProcess node : nodes) {
        Http.Answer read = Http.get(node.url("/v1/kv/kill/" + entry.getKey()));
        assertEquals(200, read.status(), read.text());
        int found = Integer.parseInt(read.text());
        assertTrue(found >= Integer.parseInt(entry.getValue()), "went back in time");
      }
    }
  }

  @Test
  void oneNodeDownFailsNothingAtTwoOfThreeAndIsRepairedByReads() throws Exception {
    nodes = NodeProcess.cluster(root, 3, "--hints", "false");
    String path = "/v1/kv/down/k";
    Http.put(nodes.get(0).url(path + "?w=all"), "before");
    nodes.get(2).kill();
    eventually(() -> !allAlive(0));
    assertEquals(204, Http.put(nodes.get(0).url(path), "during").status());
    Http.Answer refused = Http.put(nodes.get(0).url(path + "?w=all"), "never");
    assertEquals(503, refused.status());
    JsonObject problem = new JsonObject(refused.text());
    assertEquals("quorum-unreachable", problem.getString("type"));
    assertEquals("not_applied", problem.getString("outcome"));
    assertEquals(3, problem.getInteger("required"));
    assertTrue(problem.getBoolean("retryable"));
    assertEquals(3, problem.getJsonArray("replicas").size());
    assertEquals("1", refused.header("Retry-After"));
    assertEquals("during", Http.get(nodes.get(1).url(path)).text());
    nodes.get(2).start();
    eventually(() -> allAlive(0) && allAlive(2));
    Http.Answer read = firstSuccess(nodes.get(0).url(path + "?r=all"));
    assertEquals("during", read.text());
    assertTrue(read.header("Quorate-Quorum").endsWith("repaired=1"), read.header("Quorate-Quorum"));
    assertTrue(
        Http.get(nodes.get(0).url(path + "?r=all"))
            .header("Quorate-Quorum")
            .endsWith("repaired=0"));
    assertEquals("during", Http.get(nodes.get(2).url(path + "?r=1")).text());
  }

  @Test
  void aStoppedPeerCostsOthersNoMoreThanAHedge() throws Exception {
    nodes = NodeProcess.cluster(root, 3);
    for (int i = 0; i < 200; i++) {
      Http.put(nodes.get(0).url("/v1/kv/stopped/" + i), "x");
      Http.get(nodes.get(0).url("/v1/kv/stopped/" + i));
    }
    nodes.get(1).signal("STOP");
    for (int i = 0; i < 100; i++) {
      assertEquals(200, Http.get(nodes.get(0).url("/v1/kv/stopped/" + i)).status());
      assertEquals(204, Http.put(nodes.get(0).url("/v1/kv/stopped/" + i), "y").status());
    }
    Http.Answer all = Http.put(nodes.get(0).url("/v1/kv/stopped/1?w=all&timeout=300ms"), "z");
    if (all.status() == 504) {
      JsonObject problem = new JsonObject(all.text());
      assertEquals("quorum-timeout", problem.getString("type"));
      assertEquals("unknown", problem.getString("outcome"));
      assertEquals(2, problem.getInteger("acked"));
    } else {
      assertEquals(503, all.status());
    }
    nodes.get(1).signal("CONT");
    eventually(() -> allAlive(0));
    assertEquals(200, Http.get(nodes.get(1).url("/v1/kv/stopped/0?r=all")).status());
  }

  @Test
  void aHalfSentRequestCostsItsConnectionOnly() throws Exception {
    nodes = NodeProcess.cluster(root, 1);
    List<Socket> half = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Socket socket = new Socket("127.0.0.1", nodes.get(0).http);
      OutputStream out = socket.getOutputStream();
      String head =
          "PUT /v1/kv/half/" + i + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nab";
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      half.add(socket);
    }
    assertEquals(204, Http.put(nodes.get(0).url("/v1/kv/half/whole"), "x").status());
    eventually(
        () ->
            Http.send("PUT", nodes.get(0).url("/v1/kv/half/large"), new byte[1 << 20]).status()
                == 204);
    assertEquals(404, Http.get(nodes.get(0).url("/v1/kv/half/0")).status());
    for (Socket socket : half) {
      socket.close();
    }
  }

  @Test
  void aDamagedRecordIsNeverServedAndIsMendedFromTheOtherOwners() throws Exception {
    nodes = NodeProcess.cluster(root, 3);
    String path = "/v1/kv/damage/k";
    String value = "a value that is not in the log twice";
    assertEquals(204, Http.put(nodes.get(0).url(path + "?w=all"), value).status());
    NodeProcess damaged = nodes.get(2);
    assertEquals(0, damaged.stop());
    Path segment = damaged.data().resolve("log").resolve("log-0000000001");
    byte[] bytes = Files.readAllBytes(segment);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(value);
    bytes[at + 2] ^= 1;
    Files.write(segment, bytes);
    damaged.start();
    eventually(() -> allAlive(2));
    eventually(
        () -> {
          Http.Answer read = Http.get(damaged.url(path + "?r=all"));
          assertTrue(read.status() != 200 || read.text().equals(value), read.text());
          return read.status() == 200;
        });
    String metrics = Http.get(damaged.url("/metrics")).text();
    assertTrue(metrics.contains("quorate_heal_keys_total 1.0"), metrics);
  }

  @Test
  void aNodeOfAnotherClusterIsRefusedAndSaysSo() throws Exception {
    nodes = NodeProcess.cluster(root, 2);
    nodes.get(1).kill();
    Path format = nodes.get(1).data().resolve("FORMAT");
    Files.writeString(format, Files.readString(format).replace("quorate 2 quorate", "quorate 2 x"));
    nodes.get(1).launch();
    eventually(
        () -> Files.readString(nodes.get(1).log()).contains("not of 'quorate 2 quorate n2'"));
    assertEquals(2, exitOf(nodes.get(1)));
  }

  private static int exitOf(NodeProcess node) throws Exception {
    AtomicInteger exit = new AtomicInteger(-1);
    eventually(
        () -> {
          exit.set(node.exit());
          return exit.get() >= 0;
        });
    return exit.get();
  }

  @Test
  void aRestartInGoodOrderKeepsTheActorAndAKillDoesNot() throws Exception {
    nodes = NodeProcess.cluster(root, 3);
    Http.put(nodes.get(0).url("/v1/kv/actor/k"), "x");
    assertEquals(0, nodes.get(0).stop());
    nodes.get(0).start();
    eventually(() -> allAlive(0));
    assertEquals(1, actors(nodes.get(0)));
    nodes.get(0).kill();
    nodes.get(0).start();
    assertEquals(2, actors(nodes.get(0)));
    assertEquals("x", Http.get(nodes.get(0).url("/v1/kv/actor/k")).text());
  }

  private static long actors(NodeProcess node) throws Exception {
    return Files.readAllLines(node.log()).stream()
        .filter(line -> line.contains("Identity") && line.contains(" actor "))
        .map(line -> line.replaceAll(".* actor ([0-9a-f]+) .*", "$1"))
        .distinct()
        .count();
  }

  @Test
  void aNodeThatIsStartedWithoutMembersKeepsTheClusterAndWhatItOwns() throws Exception {
    nodes = NodeProcess.cluster(root, 4);
    nodes.get(0).kill();
    for (int i = 0; i < 30; i++) {
      String url = nodes.get(1).url("/v1/kv/kept/k" + i);
      eventually(() -> Http.put(url, "v").status() == 204);
    }
    nodes.get(1).kill();
    nodes.get(1).startWithoutMembers();
    String cluster = Http.get(nodes.get(1).url("/v1/cluster")).text();
    assertEquals(
        new JsonObject("{\"n\":3,\"r\":2,\"w\":2}"),
        new JsonObject(cluster).getJsonObject("defaults"));
    nodes.get(0).start();
    for (int i = 0; i < 30; i++) {
      String url = nodes.get(2).url("/v1/replicas/kept/k" + i);
      eventually(() -> Http.get(url).text().split("\"state\":\"ok\"", -1).length == 4);
    }
  }
}
