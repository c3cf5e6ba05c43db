package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.Node;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.QuorumException;
import org.quorate.coordinator.WriteResult;
import org.quorate.replica.Write;
import org.quorate.version.Key;

/** What waits anywhere is bounded, and one sick node holds up no one else (G7). */
class OverloadTest {
  private static final int VALUE_BYTES = 8 << 10;
  private static final int REQUESTS = 6000;
  private static final long LIMIT_BYTES = 32 << 20;

  private final Profile profile =
      new Profile(3, 3, 16, 1, 0, 8 << 20, true, 1000, List.of(), 0, 0, Set.of(), 0, 0);
  private final SimCluster cluster =
      new SimCluster(
          profile,
          new SplittableRandom(1),
          e -> {
            throw new AssertionError(e);
          });

  @BeforeEach
  void start() {
    Quiet.logs();
    run(3000);
    assertTrue(cluster.isCalm());
  }

  private void run(long millis) {
    cluster.isCalm();
    cluster.time.runUntil(cluster.time.nanos() + millis * SimTime.MILLI);
  }

  private List<Future<WriteResult>> put(int w) {
    Node node = cluster.machines.get(0).ready();
    List<Future<WriteResult>> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      Key key = Key.of("b", "k" + i);
      Coordinator coordinator = node.coordinator(key);
      Write write = new Write(null, false, List.of(), new byte[VALUE_BYTES]);
      Coordinator.Terms terms =
          new Coordinator.Terms(3, w, false, 2 * SimTime.SECOND, Span.getInvalid());
      coordinator.loop().execute(() -> answers.add(coordinator.write(key, write, terms)));
      if (i % 10 == 0) {
        cluster.time.runUntil(cluster.time.nanos() + SimTime.MILLI);
      }
    }
    return answers;
  }

  @Test
  void whatWaitsForAPeerIsBoundedAndTheOthersGoOn() {
    cluster.network.path("n1", "n3").cuts++;
    List<Future<WriteResult>> answers = put(2);
    run(1000);
    assertEquals(REQUESTS, answers.stream().filter(Future::succeeded).count());
    long waited = cluster.network.mostUnsent();
    assertTrue(waited > LIMIT_BYTES - (1 << 20), waited + " bytes: the limit was not reached");
    assertTrue(waited < LIMIT_BYTES + (1 << 20), waited + " bytes waited for one peer");
  }

  @Test
  void whatWaitsForADiskIsBoundedAndRefusedAtOnce() {
    cluster.machines.get(0).syncNanos = 3 * SimTime.SECOND;
    List<Future<WriteResult>> answers = put(3);
    List<Future<WriteResult>> refused = answers.stream().filter(Future::failed).toList();
    long accepted = (REQUESTS - refused.size()) * (long) VALUE_BYTES;
    assertTrue(accepted < LIMIT_BYTES + (2 << 20), accepted + " bytes were taken on");
    assertTrue(accepted > LIMIT_BYTES / 2, "only " + accepted + " bytes were taken on");
    for (Future<WriteResult> each : refused) {
      QuorumException problem = (QuorumException) each.cause();
      assertEquals(QuorumException.Kind.OVERLOADED, problem.kind());
      assertTrue(problem.isNotApplied());
    }
    run(20_000);
    assertEquals(REQUESTS, answers.stream().filter(Future::isComplete).count());
  }
}
