package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP contract, row by row, against three real processes. */
class ContractIT {
  @TempDir static Path root;
  private static List<NodeProcess> nodes;

  @BeforeAll
  static void start() throws Exception {
    nodes = NodeProcess.cluster(root, 3);
  }

  @AfterAll
  static void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private static String url(int node, String path) {
    return nodes.get(node).url(path);
  }

  private static String kv(String key) {
    return url(0, "/v1/kv/contract/" + key);
  }

  private static JsonObject problem(Http.Answer answer, int status, String type) {
    assertEquals(status, answer.status(), answer.text());
    assertEquals("application/problem+json", answer.header("Content-Type"));
    JsonObject body = new JsonObject(answer.text());
    assertEquals(type, body.getString("type"));
    assertEquals(status, body.getInteger("status"));
    assertFalse(body.getString("title").isEmpty());
    assertFalse(body.getString("detail").isEmpty());
    for (String leak : List.of("Exception", "org.quorate", "io.vertx", "java.", root.toString())) {
      assertFalse(answer.text().contains(leak), answer.text());
    }
    return body;
  }

  @Test
  void aValueIsWrittenReadOverwrittenAndDeletedThroughAnyNode() throws Exception {
    Http.Answer missing = Http.get(kv("life"));
    problem(missing, 404, "not-found");
    assertEquals("", missing.context());
    Http.Answer put = Http.put(kv("life"), "one", "Content-Type", "text/plain");
    assertEquals(204, put.status());
    assertTrue(put.header("Quorate-Quorum").matches("n=3, w=2, acks=[23], repaired=0"));
    assertEquals("", put.header("Server-Timing"));
    String timing = Http.put(kv("timed?w=all"), "x", "Quorate-Timing", "1").header("Server-Timing");
    assertTrue(timing.matches("(n[123];dur=[0-9.]+(, )?){3}"), timing);
    for (int node = 0; node < 3; node++) {
      Http.Answer get = Http.get(url(node, "/v1/kv/contract/life"));
      assertEquals(200, get.status());
      assertEquals("one", get.text());
      assertEquals("text/plain", get.header("Content-Type"));
      assertEquals("1", get.header("Quorate-Siblings"));
      assertTrue(get.header("Quorate-Quorum").matches("n=3, r=2, acks=[23], repaired=[01]"));
      assertTrue(get.header("ETag").matches("\"[0-9a-f]+\""));
      assertTrue(get.header("Last-Modified").endsWith("GMT"));
    }
    Http.put(kv("life"), "two", "Quorate-Context", put.context());
    assertEquals("two", Http.get(kv("life")).text());
    Http.Answer deleted = Http.delete(kv("life"));
    assertEquals(204, deleted.status());
    assertFalse(deleted.context().isEmpty());
    Http.Answer gone = Http.get(kv("life"));
    problem(gone, 404, "not-found");
    assertFalse(gone.context().isEmpty(), "a deleted key's 404 carries its context");
    assertEquals(204, Http.delete(kv("life")).status());
    assertEquals(204, Http.delete(kv("never-there")).status());
    Http.put(kv("life"), "three", "Quorate-Context", gone.context());
    assertEquals("three", Http.get(kv("life")).text());
  }

  private static Http.Answer setBucket(String name, String body) throws Exception {
    return Http.put(url(0, "/v1/buckets/" + name), body);
  }

  @Test
  void aBucketSaysWhatItsRequestsWaitFor() throws Exception {
    JsonObject usual = new JsonObject().put("n", 3).put("r", 2).put("w", 2);
    assertEquals(usual, new JsonObject(Http.get(url(1, "/v1/buckets/careful")).text()));
    Http.Answer set = setBucket("careful", "{\"r\":1,\"w\":3}");
    assertEquals(200, set.status(), set.text());
    JsonObject careful = new JsonObject().put("n", 3).put("r", 1).put("w", 3);
    assertEquals(careful, new JsonObject(set.text()));
    for (int i = 0; i < 3; i++) {
      int node = i;
      eventually(
          () -> careful.equals(new JsonObject(Http.get(url(node, "/v1/buckets/careful")).text())));
    }
    String quorum = Http.put(url(1, "/v1/kv/careful/k"), "x").header("Quorate-Quorum");
    assertEquals("n=3, w=3, acks=3, repaired=0", quorum);
    quorum = Http.get(url(2, "/v1/kv/careful/k")).header("Quorate-Quorum");
    assertTrue(quorum.startsWith("n=3, r=1, "), quorum);
    quorum = Http.put(kv("other-bucket"), "x").header("Quorate-Quorum");
    assertTrue(quorum.startsWith("n=3, w=2, "), quorum);
    assertEquals(200, setBucket("careful", "{\"r\":1,\"w\":3}").status(), "idempotent");
    Http.Answer few = setBucket("careful", "{\"n\":2}");
    problem(few, 409, "change-refused");
    assertTrue(few.text().contains("it is 3 and does not change"), few.text());
    problem(setBucket("other", "{\"n\":4}"), 400, "invalid-parameter");
    problem(setBucket("careful", "{\"r\":4}"), 400, "invalid-parameter");
    problem(setBucket("careful", "{\"r\":\"two\"}"), 400, "invalid-parameter");
    problem(setBucket("careful", "{\"x\":1}"), 400, "invalid-parameter");
    problem(setBucket("careful", "no json"), 400, "invalid-parameter");
    problem(setBucket("%FF", "{}"), 400, "invalid-key");
    problem(setBucket("a/b", "{}"), 404, "not-found");
  }

  @Test
  void concurrentWritesAreSiblingsUntilTheyAreResolved() throws Exception {
    Http.Answer first = Http.put(kv("conflict"), "a", "Quorate-Context", "none");
    Http.Answer second =
        Http.put(
            kv("conflict"),
            "b",
            "Quorate-Context",
            "none",
            "Quorate-Meta-Owner",
            "ben",
            "Content-Type",
            "text/plain");
    Http.Answer both = Http.get(kv("conflict"));
    assertEquals(300, both.status());
    assertEquals("2", both.header("Quorate-Siblings"));
    assertEquals("application/json", both.header("Content-Type"));
    JsonObject body = new JsonObject(both.text());
    assertEquals(both.context(), body.getString("context"));
    JsonArray siblings = body.getJsonArray("siblings");
    assertEquals(2, siblings.size());
    boolean seenMeta = false;
    for (int i = 0; i < 2; i++) {
      JsonObject one = siblings.getJsonObject(i);
      byte[] value = Base64.getDecoder().decode(one.getString("value"));
      assertFalse(one.getBoolean("deleted"));
      Http.Answer alone = Http.get(kv("conflict?sibling=" + one.getString("id")));
      assertEquals(200, alone.status());
      assertArrayEquals(value, alone.body());
      assertEquals("2", alone.header("Quorate-Siblings"));
      seenMeta |= "ben".equals(one.getJsonObject("meta").getString("owner"));
    }
    assertTrue(seenMeta);
    problem(Http.get(kv("conflict?sibling=nope")), 404, "not-found");
    Http.Answer parts = Http.get(kv("conflict"), "Accept", "multipart/mixed");
    assertEquals(300, parts.status());
    assertTrue(parts.header("Content-Type").startsWith("multipart/mixed; boundary="));
    assertTrue(
        parts.text().contains("\r\n\r\na\r\n--") && parts.text().contains("\r\n\r\nb\r\n--"));
    problem(Http.get(kv("conflict"), "Accept", "image/png"), 406, "not-acceptable");

    Http.put(kv("conflict"), "a2", "Quorate-Context", first.context());
    assertEquals(300, Http.get(kv("conflict")).status(), "b was not superseded by a's writer");
    Http.put(kv("conflict"), "b2", "Quorate-Context", second.context());
    Http.Answer rest = Http.get(kv("conflict"));
    assertEquals(300, rest.status());
    assertEquals(204, Http.put(kv("conflict"), "c", "Quorate-Context", rest.context()).status());
    assertEquals("c", Http.get(kv("conflict")).text());
  }

  @Test
  void aSingleVersionIsSentAsItIsUnlessTheSiblingsFormIsNamed() throws Exception {
    Http.put(kv("single"), "raw");
    assertEquals("raw", Http.get(kv("single"), "Accept", "image/png").text());
    assertEquals("raw", Http.get(kv("single"), "Accept", "application/json").text());
    Http.Answer form = Http.get(kv("single"), "Accept", "application/vnd.quorate.siblings+json");
    assertEquals(200, form.status());
    assertEquals(1, new JsonObject(form.text()).getJsonArray("siblings").size());
  }

  @Test
  void headersOfTheValueAreStoredAndReturned() throws Exception {
    Http.put(
        kv("headers"),
        "x",
        "Content-Type",
        "image/png",
        "Content-Encoding",
        "gzip",
        "Quorate-Meta-Color",
        "blue");
    Http.Answer get = Http.get(kv("headers"));
    assertEquals("image/png", get.header("Content-Type"));
    assertEquals("gzip", get.header("Content-Encoding"));
    assertEquals("blue", get.header("Quorate-Meta-Color"));
    Http.Answer head = Http.send("HEAD", kv("headers"), null);
    assertEquals(200, head.status());
    assertEquals(0, head.body().length);
    assertEquals("1", head.header("Content-Length"));
    problem(
        Http.put(kv("headers"), "x", "Quorate-Meta-Big", "m".repeat(9000)),
        400,
        "invalid-parameter");
  }

  @Test
  void returnBodyAnswersAsAGet() throws Exception {
    Http.Answer put = Http.put(kv("returned?return=body"), "back");
    assertEquals(200, put.status());
    assertEquals("back", put.text());
    Http.Answer conflict = Http.put(kv("returned?return=body"), "b", "Quorate-Context", "none");
    assertEquals(300, conflict.status());
    problem(Http.put(kv("returned?return=yes"), "b"), 400, "invalid-parameter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET r=0",
        "GET r=4",
        "GET r=-1",
        "GET r=two",
        "GET r=",
        "GET w=2",
        "GET R=2",
        "GET r=1&r=2",
        "GET timeout=0ms",
        "GET timeout=61s",
        "GET timeout=1.5s",
        "GET timeout=5",
        "GET sloppy=yes",
        "GET return=body",
        "PUT r=2",
        "PUT w=0",
        "PUT w=4",
        "PUT ww=2",
        "PUT sibling=x",
        "PUT timeout=60001ms",
        "DELETE return=body",
        "DELETE w=5",
        "DELETE r=9",
        "HEAD w=1"
      })
  void aParameterThatIsNotAllowedIsAnErrorThatNamesIt(String request) throws Exception {
    String method = request.split(" ")[0];
    String query = request.split(" ")[1];
    byte[] body = method.equals("PUT") ? new byte[] {1} : null;
    Http.Answer answer = Http.send(method, kv("parameters?" + query), body);
    assertEquals(400, answer.status());
    if (!method.equals("HEAD")) {
      String detail = problem(answer, 400, "invalid-parameter").getString("detail");
      assertTrue(detail.startsWith(query.substring(0, query.indexOf('=') + 1)), detail);
      assertTrue(detail.contains("allowed is"), detail);
    }
    assertEquals(404, Http.get(kv("parameters")).status());
  }

  @ParameterizedTest
  @CsvSource({
    "r=1,1",
    "r=2,2",
    "r=3,3",
    "r=one,1",
    "r=quorum,2",
    "r=all,3",
    "'r=3&timeout=10s&sloppy=false',3"
  })
  void quorumsAreEchoedAsNumbers(String query, int r) throws Exception {
    Http.put(kv("echo?w=all&timeout=5s"), "x");
    String quorum = Http.get(kv("echo?" + query)).header("Quorate-Quorum");
    assertTrue(quorum.startsWith("n=3, r=" + r + ", acks="), quorum);
    assertTrue(Integer.parseInt(quorum.replaceAll(".*acks=(\\d).*", "$1")) >= r, quorum);
    assertTrue(
        Http.put(kv("echo?w=all&sloppy=true"), "x").header("Quorate-Quorum").contains("w=3"));
  }

  @Test
  void aContextIsBoundToItsKeyAndNeverGuessed() throws Exception {
    String context = Http.put(kv("bound"), "x").context();
    for (String bad :
        List.of("garbage", "!!!", context.substring(1), context + "AAAA", "NONE", "None")) {
      Http.Answer answer = Http.put(kv("bound"), "y", "Quorate-Context", bad);
      problem(answer, 400, "invalid-context");
    }
    problem(Http.put(kv("other"), "y", "Quorate-Context", context), 400, "invalid-context");
    problem(Http.delete(kv("other"), "Quorate-Context", context), 400, "invalid-context");
    String empty =
        "PUT /v1/kv/contract/bound HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
            + "Quorate-Context:\r\n\r\ny";
    assertTrue(Http.raw(nodes.get(0).http, empty).contains("invalid-context"));
    String twice =
        "PUT /v1/kv/contract/bound HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
            + "Quorate-Context: none\r\nQuorate-Context: none\r\n\r\ny";
    assertTrue(Http.raw(nodes.get(0).http, twice).contains("invalid-context"));
    assertEquals("x", Http.get(kv("bound")).text());
  }

  @Test
  void aDeleteWithAContextDeletesJustWhatItSaw() throws Exception {
    String seen = Http.put(kv("seen"), "old", "Quorate-Context", "none").context();
    Http.put(kv("seen"), "beside", "Quorate-Context", "none");
    assertEquals(204, Http.delete(kv("seen"), "Quorate-Context", seen).status());
    JsonObject left = new JsonObject(Http.get(kv("seen")).text());
    assertEquals(2, left.getJsonArray("siblings").size(), "the tombstone is beside the value");
    assertEquals(204, Http.delete(kv("seen")).status());
    assertEquals(404, Http.get(kv("seen")).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/kv/b", "/v1/kv/b/", "/v1/kv//k", "/v1/kv/b/k/", "/v1/kv/b/k/x", "/v1/kv/b//k",
        "/v1/kv/b/.", "/v1/kv/b/..", "/v1/kv/../b", "/v1/kv/b/%2E%2E", "/v1/kv/./b", "/v1/kv/b/%",
        "/v1/kv/b/%2", "/v1/kv/b/%zz", "/v1/kv/b/%ff", "/v1/kv/b/%C3", "/v1//kv/b/k", "/V1/kv/b/k",
        "/v1/kv/b/k/../k2", "/", "/v1", "/v1/kv", "//v1/kv/b/k", "/v1/kv/%2e/x"
      })
  void aPathIsTakenAsItStands(String path) throws Exception {
    String answer =
        Http.raw(
            nodes.get(0).http,
            "PUT "
                + path
                + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                + "Connection: close\r\n\r\nx");
    assertTrue(answer.matches("(?s)HTTP/1.1 (400|404|405) .*"), answer);
    assertTrue(answer.contains("application/problem+json"), answer);
  }

  @Test
  void namesMayHoldAnyTextAndStayApart() throws Exception {
    String[] names = {
      "a%2Fb", "a+b", "a%20b", "%E2%82%AC", "a%00b", "A%2fB", "~", "a%25b", "...", "k;v=1"
    };
    for (String name : names) {
      assertEquals(204, Http.put(kv(name), "value of " + name).status(), name);
    }
    for (String name : names) {
      assertEquals("value of " + name, Http.get(kv(name)).text());
    }
    assertEquals(204, Http.put(kv("k".repeat(1024)), "longest").status());
    problem(Http.put(kv("k".repeat(1025)), "x"), 400, "invalid-key");
    problem(Http.get(url(0, "/v1/kv/" + "b".repeat(256) + "/k")), 400, "invalid-key");
    assertEquals("longest", Http.get(kv("k".repeat(1024))).text());
  }

  @Test
  void methodsAndLengthsAreAsHttpSays() throws Exception {
    Http.Answer post = Http.send("POST", kv("methods"), new byte[] {1});
    problem(post, 405, "method-not-allowed");
    assertEquals("GET, HEAD, PUT, DELETE", post.header("Allow"));
    Http.Answer admin = Http.send("POST", url(0, "/v1/cluster"), new byte[] {1});
    problem(admin, 405, "method-not-allowed");
    assertTrue(admin.header("Allow").contains("GET"));
    String none = "PUT /v1/kv/contract/length HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assertTrue(Http.raw(nodes.get(0).http, none).startsWith("HTTP/1.1 411 "));
    String chunked =
        "PUT /v1/kv/contract/chunked HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            + "Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assertTrue(Http.raw(nodes.get(0).http, chunked).startsWith("HTTP/1.1 204 "));
    assertEquals("abcde", Http.get(kv("chunked")).text());
    assertEquals(204, Http.put(kv("empty"), "").status());
    assertEquals(0, Http.get(kv("empty")).body().length);
  }

  @Test
  void aValueUpToTheLimitIsKeptAndALongerOneRefused() throws Exception {
    byte[] largest = new byte[1 << 20];
    new Random(1).nextBytes(largest);
    assertEquals(204, Http.send("PUT", kv("large"), largest).status());
    assertArrayEquals(largest, Http.get(url(1, "/v1/kv/contract/large")).body());
    JsonObject refused =
        problem(Http.send("PUT", kv("large"), new byte[(1 << 20) + 1]), 413, "value-too-large");
    assertEquals("not_applied", refused.getString("outcome"));
    String early =
        "PUT /v1/kv/contract/large HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n";
    assertTrue(Http.raw(nodes.get(0).http, early).startsWith("HTTP/1.1 413 "), "before the body");
    StringBuilder chunks =
        new StringBuilder(
            "PUT /v1/kv/contract/large HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                + "Connection: close\r\n\r\n");
    for (int i = 0; i < 17; i++) {
      chunks.append("10000\r\n").append("x".repeat(65536)).append("\r\n");
    }
    assertTrue(
        Http.raw(nodes.get(0).http, chunks.append("0\r\n\r\n").toString())
            .startsWith("HTTP/1.1 413 "));
    assertArrayEquals(largest, Http.get(kv("large")).body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"If-Match", "If-None-Match", "If-Unmodified-Since"})
  void conditionsAreNotPromised(String condition) throws Exception {
    problem(Http.put(kv("conditions"), "x", condition, "*"), 501, "not-supported");
    problem(Http.delete(kv("conditions"), condition, "*"), 501, "not-supported");
    assertEquals(404, Http.get(kv("conditions")).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "Content-Length: abc\r\n\r\nabc",
        "Content-Length: -1\r\n\r\nabc",
        "Content-Length: 1\r\nQuorate-Meta-X: a\u0001b\r\n\r\nx",
        "Content-Length: 1\r\nBad Header: x\r\n\r\nx",
        "Content-Length: 1\r\n: x\r\n\r\nx"
      })
  void brokenHttpIsRefusedAndTheConnectionClosed(String rest) throws Exception {
    String answer =
        Http.raw(nodes.get(0).http, "PUT /v1/kv/contract/broken HTTP/1.1\r\nHost: x\r\n" + rest);
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    assertTrue(answer.contains("malformed-request"), answer);
    assertTrue(answer.endsWith("<closed>"), answer);
    assertEquals(404, Http.get(kv("broken")).status());
  }

  @Test
  void moreThanAHundredSiblingsAreRefused() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertEquals(204, Http.put(kv("many"), "v" + i, "Quorate-Context", "none").status());
    }
    JsonObject refused =
        problem(Http.put(kv("many"), "x", "Quorate-Context", "none"), 409, "too-many-siblings");
    assertEquals("not_applied", refused.getString("outcome"));
    Http.Answer all = Http.get(kv("many"));
    assertEquals("100", all.header("Quorate-Siblings"));
    assertEquals(204, Http.put(kv("many"), "one", "Quorate-Context", all.context()).status());
    assertEquals("one", Http.get(kv("many")).text());
  }

  @Test
  void healthMetricsAndTheClusterAreShown() throws Exception {
    assertEquals(200, Http.get(url(0, "/livez")).status());
    assertEquals(200, Http.get(url(0, "/readyz")).status());
    Http.put(kv("metrics"), "x");
    Http.Answer metrics = Http.get(url(0, "/metrics"));
    assertTrue(metrics.header("Content-Type").startsWith("text/plain"));
    for (String name :
        List.of(
            "quorate_requests_seconds_bucket{op=\"put\",outcome=\"ok\",le=\"5.0\"}",
            "quorate_requests_seconds_bucket{op=\"put\",outcome=\"ok\",le=\"5.0E-4\"}",
            "quorate_peer_roundtrip_seconds_count{peer=\"n2\"}",
            "quorate_members{state=\"alive\"} 3.0",
            "quorate_members{state=\"dead\"} 0.0",
            "quorate_gossip_events_total{event=\"probe\"}",
            "quorate_gossip_dropped_total{reason=\"cluster\"}",
            "quorate_gossip_doubts",
            "quorate_hints_written_total",
            "quorate_hints_delivered_total",
            "quorate_hints_dropped_total",
            "quorate_hints_lost_total",
            "quorate_anti_entropy_comparisons_total",
            "quorate_anti_entropy_exchanges_total",
            "quorate_anti_entropy_keys_total",
            "quorate_anti_entropy_repaired_bytes_total",
            "quorate_anti_entropy_bytes_total{direction=\"sent\"}",
            "quorate_anti_entropy_age_seconds{peer=\"n2\"}",
            "quorate_partitions_refilling 0.0",
            "quorate_tombstones_waiting",
            "quorate_tombstones_reaped_total",
            "quorate_tombstones_purged_total",
            "quorate_scrub_bytes_total",
            "quorate_scrub_rounds_total",
            "quorate_scrub_progress_ratio",
            "quorate_log_fsync_seconds_count",
            "quorate_log_batch_sum",
            "quorate_log_bytes",
            "quorate_directory_bytes",
            "quorate_cache_requests_total",
            "quorate_loop_lag_seconds_count",
            "jvm_memory_used_bytes",
            "quorate_read_repairs_total",
            "quorate_siblings_count")) {
      assertTrue(metrics.text().contains(name), name);
    }
    assertFalse(metrics.text().contains("metrics\""), "no label holds a key");
    Http.Answer open =
        Http.get(url(0, "/metrics"), "Accept", "application/openmetrics-text;version=1.0.0");
    assertTrue(open.header("Content-Type").startsWith("application/openmetrics-text"));
    assertTrue(open.text().endsWith("# EOF\n"));

    JsonObject cluster = new JsonObject(Http.get(url(1, "/v1/cluster")).text());
    assertEquals("quorate", cluster.getString("cluster"));
    assertEquals("n2", cluster.getString("node"));
    assertEquals(1, cluster.getInteger("epoch"));
    assertEquals(256, cluster.getInteger("partitions"));
    assertEquals(new JsonObject("{\"n\":3,\"r\":2,\"w\":2}"), cluster.getJsonObject("defaults"));
    JsonObject states = cluster.getJsonObject("partitionStates");
    assertEquals(
        Set.of("ok", "degraded", "no_write_quorum", "no_read_quorum", "all_down"),
        states.fieldNames());
    assertEquals(256, states.stream().mapToInt(state -> (int) state.getValue()).sum());
    assertTrue(cluster.containsKey("transition") && cluster.getValue("transition") == null);
    assertEquals(3, cluster.getJsonArray("members").size());
    for (int i = 0; i < 3; i++) {
      JsonObject member = cluster.getJsonArray("members").getJsonObject(i);
      assertEquals("alive", member.getString("state"));
      assertEquals(256, member.getInteger("owned"));
      assertEquals("127.0.0.1:" + nodes.get(i).http, member.getString("http"));
      assertEquals(false, member.getBoolean("draining"));
    }
    String ring = Http.get(url(0, "/v1/cluster/ring")).text();
    assertEquals(ring, Http.get(url(2, "/v1/cluster/ring")).text());
    assertEquals(256, new JsonObject(ring).getJsonArray("partitions").size());
    problem(Http.get(url(0, "/v1/nothing")), 404, "not-found");
    problem(Http.get(url(0, "/v1/cluster?x=1")), 400, "invalid-parameter");
  }

  @Test
  void whatEachOwnerHoldsIsShown() throws Exception {
    Http.put(kv("held?w=all"), "x");
    JsonObject held = new JsonObject(Http.get(url(2, "/v1/replicas/contract/held")).text());
    JsonArray owners = held.getJsonArray("owners");
    assertEquals(3, owners.size());
    for (int i = 0; i < 3; i++) {
      assertEquals("ok", owners.getJsonObject(i).getString("state"));
      assertEquals(
          owners.getJsonObject(0).getString("digest"), owners.getJsonObject(i).getString("digest"));
      assertEquals(1, owners.getJsonObject(i).getInteger("siblings"));
      assertFalse(owners.getJsonObject(i).getBoolean("tombstone"));
    }
    JsonObject absent = new JsonObject(Http.get(url(0, "/v1/replicas/contract/absent")).text());
    assertEquals("absent", absent.getJsonArray("owners").getJsonObject(0).getString("state"));
    problem(Http.get(url(0, "/v1/replicas/contract")), 404, "not-found");
  }

  private static Set<String> properties(JsonObject schemas, String name) {
    return schemas.getJsonObject(name).getJsonObject("properties").fieldNames();
  }

  @Test
  void theOpenApiDocumentNamesEveryPathAndParameter() throws Exception {
    JsonObject api = new JsonObject(Http.get(url(0, "/openapi.json")).text());
    assertTrue(api.getString("openapi").startsWith("3.1"));
    JsonObject schemas = api.getJsonObject("components").getJsonObject("schemas");
    JsonObject cluster = new JsonObject(Http.get(url(0, "/v1/cluster")).text());
    assertEquals(properties(schemas, "Cluster"), cluster.fieldNames());
    Set<String> ofMember = new HashSet<>(properties(schemas, "Member"));
    assertTrue(ofMember.removeAll(Set.of("accuser", "since")), "only of those that are not alive");
    assertEquals(ofMember, cluster.getJsonArray("members").getJsonObject(0).fieldNames());
    JsonObject repair = new JsonObject(Http.get(url(0, "/v1/cluster/repair")).text());
    assertEquals(properties(schemas, "Repair"), repair.fieldNames());
    assertEquals(
        properties(schemas, "CoOwner"), repair.getJsonArray("peers").getJsonObject(0).fieldNames());
    JsonObject paths = api.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      String concrete = path.replace("{bucket}", "b").replace("{key}", "openapi");
      for (String method : paths.getJsonObject(path).fieldNames()) {
        byte[] body = method.equals("put") ? new byte[] {1} : null;
        JsonObject operation = paths.getJsonObject(path).getJsonObject(method);
        if (!path.equals("/v1/node/drain")) { // DrainIT's
          Http.Answer answer = Http.send(method.toUpperCase(), url(0, concrete), body);
          assertTrue(
              operation.getJsonObject("responses").containsKey(String.valueOf(answer.status())),
              method + " " + path + " answered " + answer.status());
        }
        Http.Answer odd = Http.send(method.toUpperCase(), url(0, concrete + "?odd=1"), body);
        assertEquals(400, odd.status());
        if (method.equals("head")) {
          continue;
        }
        String detail = new JsonObject(odd.text()).getString("detail");
        for (Object parameter : operation.getJsonArray("parameters", new JsonArray())) {
          JsonObject one = (JsonObject) parameter;
          if ("query".equals(one.getString("in"))) {
            assertTrue(detail.contains(one.getString("name")), method + " " + path + " " + detail);
          }
        }
      }
    }
    for (String path :
        List.of(
            "/v1/kv/{bucket}/{key}",
            "/v1/replicas/{bucket}/{key}",
            "/v1/buckets/{bucket}",
            "/v1/cluster",
            "/v1/cluster/ring",
            "/v1/cluster/repair",
            "/v1/node/drain",
            "/livez",
            "/readyz",
            "/metrics",
            "/openapi.json")) {
      assertTrue(paths.containsKey(path), path);
    }
    assertNotEquals(0, paths.size());
  }
}
