package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node misses writes and is brought them by hints: {@code -Dquorate.hints=100000} of them. */
class HandoffIT {
  private static final int WRITES = Integer.getInteger("quorate.hints", 3000);
  private static final int WARM_SECONDS = Integer.getInteger("quorate.warm", 2);
  private static final boolean STANDS_STILL = Boolean.getBoolean("quorate.still");
  private static final int RATE = Integer.getInteger("quorate.rate", 200);

  @TempDir Path root;
  private List<NodeProcess> nodes = List.of();

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private HttpRequest foreground(int i) {
    String url = nodes.get(i % 2).url("/v1/kv/foreground/" + i % 1000);
    return i % 3 == 0 ? Traffic.put(url, "f" + i) : Traffic.get(url);
  }

  private long pending() throws Exception {
    long pending = 0;
    for (int i = 0; i < 2; i++) {
      String metrics = Http.get(nodes.get(i).url("/metrics")).text();
      pending +=
          metrics
              .lines()
              .filter(line -> line.startsWith("quorate_hints_pending{"))
              .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
              .sum();
    }
    return pending;
  }

  @Test
  void whatANodeMissedIsHandedToIt() throws Exception {
    nodes = NodeProcess.cluster(root, 3);
    Traffic first = new Traffic();
    first.send(1000, 16, i -> Traffic.put(nodes.get(0).url("/v1/kv/foreground/" + i), "f"));
    new Traffic().sendAtRate(RATE, this::foreground, after(WARM_SECONDS));
    nodes.get(2).kill();
    TimeUnit.SECONDS.sleep(1);
    nodes.get(2).start();
    Traffic restarted = new Traffic();
    restarted.sendAtRate(RATE, this::foreground, after(10));
    new Traffic().sendAtRate(RATE, this::foreground, after(WARM_SECONDS));
    Traffic before = new Traffic();
    before.sendAtRate(RATE, this::foreground, after(10));
    goAway();
    Traffic missed = new Traffic();
    missed.send(
        WRITES,
        32,
        i -> Traffic.put(nodes.get(i % 2).url("/v1/kv/missed/k" + i + "?w=2"), "v" + i));
    assertEquals(List.of(), missed.failures());
    long kept = pending();
    assertTrue(kept >= WRITES, kept + " hints");
    Traffic alone = new Traffic();
    alone.sendAtRate(RATE, this::foreground, after(5));
    comeBack();
    long back = System.nanoTime();
    Traffic during = new Traffic();
    CompletableFuture<Long> drained = CompletableFuture.supplyAsync(() -> awaitDrained(back));
    during.sendAtRate(RATE, this::foreground, drained::isDone);
    System.out.printf(
        "%d hints drained in %.1f s; foreground p99 %.1f ms before, %.1f with a node down, %.1f after"
            + " a restart with nothing to hand off, %.1f while draining%n",
        kept,
        (drained.get() - back) / 1e9,
        before.millis(0.99),
        alone.millis(0.99),
        restarted.millis(0.99),
        during.millis(0.99));
    assertEquals(List.of(), during.failures());
    assertEquals(List.of(), differing());
  }

  /** Killed; or standing still until it is dead for the others, so that it comes back warm. */
  private void goAway() throws Exception {
    if (STANDS_STILL) {
      nodes.get(2).signal("STOP");
      while (!Http.get(nodes.get(0).url("/v1/cluster")).text().contains("dead")) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    } else {
      nodes.get(2).kill();
    }
  }

  private void comeBack() throws Exception {
    if (STANDS_STILL) {
      nodes.get(2).signal("CONT");
    } else {
      nodes.get(2).start();
    }
  }

  private long awaitDrained(long from) {
    try {
      while (pending() > 0) {
        assertTrue(System.nanoTime() - from < TimeUnit.SECONDS.toNanos(120), pending() + " left");
        TimeUnit.MILLISECONDS.sleep(500);
      }
      return System.nanoTime();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Traffic.Enough after(int seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    return () -> System.nanoTime() >= end;
  }

  /** Keys of which not all owners hold the same, up to ten. */
  private List<String> differing() throws Exception {
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < WRITES && differing.size() < 10; i++) {
      String answer = Http.get(nodes.get(i % 3).url("/v1/replicas/missed/k" + i)).text();
      JsonArray owners = new JsonObject(answer).getJsonArray("owners");
      int held =
          owners.stream()
              .map(owner -> ((JsonObject) owner).getString("digest"))
              .collect(Collectors.toSet())
              .size();
      if (held != 1 || owners.size() != 3 || answer.contains("absent")) {
        differing.add(answer);
      }
    }
    return differing;
  }
}
