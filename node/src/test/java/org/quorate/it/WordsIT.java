package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A word list as keys, loaded while a node is killed and comes back; then every word is read
 * through every node. -Dquorate.words names a file with a word on each line.
 */
class WordsIT {
  private static final int THREADS = 8;

  @TempDir Path root;
  private List<NodeProcess> nodes = List.of();

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private static List<String> words() throws Exception {
    String file = System.getProperty("quorate.words");
    return file == null
        ? IntStream.range(0, 3000).mapToObj(i -> "wörd'" + Integer.toString(i * 7919, 36)).toList()
        : Files.readAllLines(Path.of(file)).stream().distinct().toList();
  }

  private static String path(String word) {
    String encoded = URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
    return "/v1/kv/words/" + encoded;
  }

  /** The line's number, then a kibibyte that follows from it. */
  private static String value(int line) {
    StringBuilder value = new StringBuilder().append(line + 1).append('\n');
    long state = line;
    while (value.length() < 1024 + 8) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      value.append(Long.toHexString(state));
    }
    return value.toString();
  }

  private static void inParallel(int count, BiConsumer<Integer, Integer> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      running.add(
          threads.submit(
              () -> {
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                  task.accept(i, thread);
                }
              }));
    }
    for (Future<?> one : running) {
      one.get();
    }
    threads.shutdown();
  }

  @Test
  void everyWordIsReadBackThroughEveryNode() throws Exception {
    List<String> words = words();
    nodes = NodeProcess.cluster(root, 3);
    AtomicLong killedAt = new AtomicLong();
    AtomicLong lastFailure = new AtomicLong();
    AtomicInteger failures = new AtomicInteger();
    inParallel(
        words.size(),
        (i, thread) -> {
          try {
            if (i == words.size() / 3) {
              killedAt.set(System.nanoTime());
              nodes.get(1).kill();
            } else if (i == words.size() * 2 / 3) {
              nodes.get(1).start();
            }
            store(words.get(i), i, i % 2 == 0 ? 0 : 2, lastFailure, failures);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    long failedFor = lastFailure.get() == 0 ? 0 : lastFailure.get() - killedAt.get();
    System.out.printf(
        "%d words stored, %d requests failed, the last %d ms after the kill%n",
        words.size(), failures.get(), failedFor / 1_000_000);
    assertTrue(failedFor < 1_000_000_000L, "requests failed for " + failedFor + " ns");
    for (NodeProcess node : nodes) {
      inParallel(words.size(), (i, thread) -> check(node, words.get(i), i));
    }
  }

  /** Stores the word; what fails is counted and tried again. */
  private void store(
      String word, int line, int node, AtomicLong lastFailure, AtomicInteger failures)
      throws Exception {
    while (true) {
      Http.Answer answer = Http.put(nodes.get(node).url(path(word) + "?w=2"), value(line));
      if (answer.status() == 204) {
        return;
      }
      failures.incrementAndGet();
      lastFailure.set(System.nanoTime());
    }
  }

  private static void check(NodeProcess node, String word, int line) {
    try {
      Http.Answer answer = Http.get(node.url(path(word) + "?r=2"));
      if (answer.status() != 200) {
        String held = Http.get(node.url(path(word).replace("/v1/kv", "/v1/replicas"))).text();
        throw new AssertionError(
            word
                + " line "
                + line
                + " through "
                + node.http
                + ": "
                + answer.text()
                + held
                + answer.header("Quorate-Quorum"));
      }
      assertEquals(value(line), answer.text());
    } catch (Exception e) {
      throw new IllegalStateException(word, e);
    }
  }
}
