package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buckets with an n of their own, in a cluster of three processes. */
class BucketIT {
  @TempDir Path root;
  private List<NodeProcess> nodes = List.of();

  @BeforeEach
  void start() throws Exception {
    nodes = NodeProcess.cluster(root, 3);
  }

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private String url(int node, String path) {
    return nodes.get(node).url(path);
  }

  private Http.Answer setBucket(String name, String body) throws Exception {
    return Http.put(url(0, "/v1/buckets/" + name), body);
  }

  @Test
  void aBucketHasAsManyOwnersAsWasSaidBeforeItsFirstKey() throws Exception {
    assertEquals(200, setBucket("alone", "{\"n\":1}").status());
    JsonObject alone = new JsonObject().put("n", 1).put("r", 1).put("w", 1);
    assertEquals(alone, new JsonObject(Http.get(url(2, "/v1/buckets/alone")).text()));
    for (int i = 0; i < 20; i++) {
      Http.Answer put = Http.put(url(i % 3, "/v1/kv/alone/k" + i), "v" + i);
      assertEquals("n=1, w=1, acks=1, repaired=0", put.header("Quorate-Quorum"));
    }
    for (int i = 0; i < 20; i++) {
      assertEquals("v" + i, Http.get(url((i + 1) % 3, "/v1/kv/alone/k" + i)).text());
    }
    assertEquals(400, Http.put(url(0, "/v1/kv/alone/k1?w=2"), "x").status());
    JsonObject replicas = new JsonObject(Http.get(url(0, "/v1/replicas/alone/k1")).text());
    assertEquals(1, replicas.getJsonArray("owners").size());
    assertTrue(replicas.getInteger("partition") >= 256, replicas::encode);
    JsonObject cluster = new JsonObject(Http.get(url(1, "/v1/cluster")).text());
    assertEquals(256, cluster.getInteger("partitions"));
    assertEquals("[{\"n\":1,\"buckets\":1}]", cluster.getJsonArray("layers").encode());
    JsonObject ring = new JsonObject(Http.get(url(1, "/v1/cluster/ring")).text());
    assertEquals(256, ring.getJsonArray("partitions").size());
    assertEquals(
        256, ring.getJsonArray("layers").getJsonObject(0).getJsonArray("partitions").size());
    assertEquals(204, Http.put(url(0, "/v1/kv/usual/k"), "x").status());
    Http.Answer late = setBucket("usual", "{\"n\":2}");
    assertEquals(409, late.status());
    assertTrue(late.text().contains("a member has keys of it"), late.text());
    assertEquals("x", Http.get(url(2, "/v1/kv/usual/k")).text());
    nodes.get(2).kill();
    eventually(() -> setBucket("two", "{\"n\":2}").status() == 503);
    nodes.get(2).start();
    eventually(() -> setBucket("two", "{\"n\":2}").status() == 200);
    assertEquals(204, Http.put(url(2, "/v1/kv/two/k?w=all"), "x").status());
    for (NodeProcess node : nodes) {
      node.kill();
    }
    for (NodeProcess node : nodes) {
      node.launch();
    }
    for (NodeProcess node : nodes) {
      node.awaitReady();
    }
    eventually(() -> Http.get(url(0, "/v1/kv/two/k?r=all")).text().equals("x"));
    for (int i = 0; i < 20; i++) {
      assertEquals("v" + i, Http.get(url(i % 3, "/v1/kv/alone/k" + i)).text());
    }
  }
}
