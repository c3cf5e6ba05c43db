package org.quorate.bench.drive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The schedule of an open loop. */
class ArrivalsTest {
  private static final long SECOND = 1_000_000_000;

  private static List<Long> within(Arrivals arrivals, long nanos) {
    List<Long> moments = new ArrayList<>();
    while (arrivals.next() < nanos) {
      moments.add(arrivals.next());
      arrivals.advance();
    }
    return moments;
  }

  @Test
  void loopsTogetherKeepEqualDistances() {
    List<Long> all = new ArrayList<>();
    for (int loop = 0; loop < 3; loop++) {
      all.addAll(within(Arrivals.constant(1000, loop, 3), SECOND));
    }
    assertEquals(
        LongStream.range(0, 1000).mapToObj(i -> i * SECOND / 1000).toList(),
        all.stream().sorted().toList());
  }

  @Test
  void aRateThatDividesNothingDoesNotDrift() {
    List<Long> moments = within(Arrivals.constant(7, 0, 1), 1000 * SECOND);
    assertEquals(7000, moments.size());
    assertEquals(6999 * SECOND / 7.0, moments.get(6999), 1);
  }

  /** Of a Poisson process the mean and the standard deviation of distances are equal. */
  @Test
  void poissonArrivalsAreAsOftenAndAsUneven() {
    List<Long> moments = within(Arrivals.poisson(2000, 2, new SplittableRandom(1)), 100 * SECOND);
    assertEquals(100_000, moments.size(), 1000);
    double mean = 0;
    double square = 0;
    for (int i = 1; i < moments.size(); i++) {
      double gap = (moments.get(i) - moments.get(i - 1)) / 1e6;
      mean += gap / (moments.size() - 1);
      square += gap * gap / (moments.size() - 1);
    }
    assertEquals(1.0, Math.sqrt(square - mean * mean) / mean, 0.02);
    assertTrue(moments.get(0) > 0);
  }
}
