package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Without hints owners come to hold the same: what one missed, what it lost, what was deleted.
 * {@code bench/src/main/scripts/repair.sh} measures the same with a million keys.
 */
class RepairIT {
  private static final int KEYS = 2000;
  private static final int MISSED = 100;

  @TempDir Path root;
  private List<NodeProcess> nodes = List.of();
  private NodeProcess n3;

  @BeforeEach
  void start() throws Exception {
    nodes = NodeProcess.cluster(root, 3, "--hints", "false");
    n3 = nodes.get(2);
    Traffic all = new Traffic();
    all.send(KEYS, 32, i -> Traffic.put(kv(0, i), "value " + i));
    assertEquals(List.of(), all.failures());
  }

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private String kv(int node, int i) {
    return nodes.get(node).url("/v1/kv/b/key-" + i);
  }

  private double metric(int node, String name) throws Exception {
    return Http.get(nodes.get(node).url("/metrics"))
        .text()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private JsonObject repair(int node) throws Exception {
    return new JsonObject(Http.get(nodes.get(node).url("/v1/cluster/repair")).text());
  }

  private boolean isQuiet(int node) throws Exception {
    JsonObject repair = repair(node);
    return repair.getJsonArray("refilling").isEmpty()
        && repair.getInteger("tombstonesWaiting") == 0
        && repair.getJsonArray("peers").stream()
            .map(JsonObject.class::cast)
            .allMatch(
                peer ->
                    peer.getJsonArray("differing").isEmpty()
                        && peer.getLong("millisSinceEqual") < 2500);
  }

  private void awaitQuiet() throws Exception {
    for (int node = 0; node < 3; node++) {
      int at = node;
      Await.eventually(() -> isQuiet(at));
    }
  }

  private boolean isEqual(int i) throws Exception {
    JsonArray owners =
        new JsonObject(Http.get(nodes.get(0).url("/v1/replicas/b/key-" + i)).text())
            .getJsonArray("owners");
    return owners.stream().map(o -> ((JsonObject) o).getString("digest")).distinct().count() == 1
        && !owners.encode().contains("unreachable");
  }

  @Test
  void whatAnOwnerMissedIsFetchedAndNothingElse() throws Exception {
    awaitQuiet();
    n3.kill();
    Traffic missed = new Traffic();
    missed.send(MISSED, 16, i -> Traffic.put(kv(i % 2, i), "later " + i));
    assertEquals(List.of(), missed.failures());
    n3.start();
    for (int i = 0; i < MISSED; i++) {
      int key = i;
      Await.eventually(() -> isEqual(key));
    }
    awaitQuiet();
    assertEquals(MISSED, metric(2, "quorate_anti_entropy_keys_total"));
    double before = metric(0, "quorate_anti_entropy_keys_total");
    double comparisons = metric(0, "quorate_anti_entropy_comparisons_total");
    Await.eventually(() -> metric(0, "quorate_anti_entropy_comparisons_total") > comparisons + 8);
    assertEquals(before, metric(0, "quorate_anti_entropy_keys_total"), "in a quiet cluster");
  }

  @Test
  void aWipedNodeIsRefilledAndSaysNeverThatAKeyIsNotThere() throws Exception {
    n3.kill();
    delete(n3.data());
    n3.start();
    SplittableRandom random = new SplittableRandom(1);
    while (!repair(2).getJsonArray("refilling").isEmpty()) {
      for (int r = 1; r <= 2; r++) {
        int status = Http.get(kv(2, random.nextInt(KEYS)) + "?r=" + r).status();
        assertTrue(status == 200 || status == 503, "status " + status);
      }
    }
    awaitQuiet();
    for (int i = 0; i < KEYS; i += 20) {
      assertTrue(isEqual(i), "key " + i);
    }
    assertTrue(metric(2, "quorate_anti_entropy_keys_total") >= KEYS);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  @Test
  void damageThatNobodyReadsIsFoundByTheScrubAndMended() throws Exception {
    awaitQuiet();
    n3.stop();
    Path segment = firstSegment();
    byte[] bytes = Files.readAllBytes(segment);
    for (int i = 0; i < 10; i++) {
      int at = indexOf(bytes, "value " + (100 + i));
      try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
        file.seek(at + 2);
        file.write(bytes[at + 2] ^ 4);
      }
    }
    n3.start();
    Await.within(60, () -> metric(2, "quorate_heal_keys_total") >= 10);
    for (int i = 0; i < KEYS; i += 5) {
      assertEquals("value " + i, Http.get(kv(2, i) + "?r=1").text());
    }
    assertEquals(10, metric(2, "quorate_log_damaged_records_total"));
  }

  private Path firstSegment() throws IOException {
    try (Stream<Path> files = Files.walk(n3.data())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("log-"))
          .min(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
  }

  @Test
  void whatIsDeletedLeavesAllLogsAndStaysAway() throws Exception {
    n3.kill();
    for (int i = 0; i < KEYS; i += 2) {
      assertEquals(204, Http.delete(kv(i % 4 / 2, i) + "?w=2").status());
    }
    Await.eventually(() -> metric(0, "quorate_tombstones_waiting") == KEYS / 2);
    n3.start();
    awaitQuiet();
    for (int node = 0; node < 3; node++) {
      int at = node;
      Await.within(180, () -> metric(at, "quorate_directory_keys") < KEYS / 2 + 500);
    }
    for (NodeProcess node : nodes) {
      node.kill();
    }
    for (NodeProcess node : nodes) {
      node.start();
    }
    for (int i = 0; i < KEYS; i += 10) {
      int status = Http.get(kv(2, i) + "?r=all").status();
      assertEquals(i % 2 == 0 ? 404 : 200, status, "key " + i);
    }
  }
}
