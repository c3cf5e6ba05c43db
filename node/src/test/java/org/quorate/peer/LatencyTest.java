package org.quorate.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatencyTest {
  private static final int MICRO = 1000;

  private static Latency peer(int responseMicros, int queue, int serviceMicros) {
    Latency latency = new Latency(3);
    for (int i = 0; i < 500; i++) {
      latency.add(responseMicros * MICRO);
      latency.report(queue, serviceMicros * MICRO);
    }
    return latency;
  }

  @Test
  void theRankIsThatOfTheFormula() {
    double q = 1 + 2 * 3 + 4;
    double expected = (500 - 100 + q * q * q * 100) * MICRO;
    assertEquals(expected, peer(500, 4, 100).expectedNanos(2), expected / 1000);
  }

  @Test
  void aQueueCostsMoreThanTheLatencyOfTheMomentSays() {
    Latency quickButCrowded = peer(300, 8, 100);
    Latency slowButIdle = peer(900, 0, 100);
    assertTrue(slowButIdle.expectedNanos(0) < quickButCrowded.expectedNanos(0));
    assertTrue(peer(300, 0, 100).expectedNanos(0) < slowButIdle.expectedNanos(0));
  }

  @Test
  void whatIsOutstandingFromHereCountsForAllNodes() {
    Latency latency = peer(300, 0, 100);
    assertTrue(latency.expectedNanos(1) > 50 * latency.expectedNanos(0) / 4);
  }

  @Test
  void theEstimatedPercentileIsNearTheRealOne() {
    SplittableRandom random = new SplittableRandom(1);
    Latency latency = new Latency(3);
    for (int i = 0; i < 200_000; i++) {
      latency.add(random.nextInt(1_000_000));
    }
    assertEquals(950_000, latency.p95Nanos(), 60_000);
  }
}
