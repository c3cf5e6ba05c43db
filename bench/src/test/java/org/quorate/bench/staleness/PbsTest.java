package org.quorate.bench.staleness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quorate.bench.staleness.ReplicaTimes.Sample;

/** The model of staleness on times that are known. Nanoseconds. */
class PbsTest {
  private static double fresh(int r, int w, long flight, Sample... samples) {
    List<Sample> many =
        Stream.of(samples).flatMap(s -> Stream.generate(() -> s).limit(500)).toList();
    return Pbs.fresh(many, flight, r, w, new SplittableRandom(1));
  }

  private static Sample after(long waited) {
    return new Sample(new long[] {1, 10, 20}, waited, 0);
  }

  /** The write is acknowledged at 1; of the two other replicas one has it at 10 and one at 20. */
  @ParameterizedTest
  @CsvSource({"0,0", "8,0", "9,0.5", "18,0.5", "19,1", "100,1"})
  void aReadOfOneIsFreshWhereItsReplicaHasTheWrite(long waited, double expected) {
    assertEquals(expected, fresh(1, 1, 0, after(waited)), 0.03);
  }

  @Test
  void theWayOfTheReadCountsAsWaiting() {
    assertEquals(1, fresh(1, 1, 0, new Sample(new long[] {1, 10, 20}, 9, 10)));
  }

  @Test
  void anAcknowledgementCameLaterThanTheWriteWasThere() {
    assertEquals(0.5, fresh(1, 1, 2, after(7)), 0.03);
    assertEquals(0, fresh(1, 1, 0, after(7)));
  }

  @Test
  void quorumsThatOverlapAreAlwaysFresh() {
    assertEquals(1, fresh(2, 2, 0, after(0)));
    assertEquals(1, fresh(1, 3, 0, after(0)));
    assertEquals(1, fresh(3, 1, 0, after(0)));
  }

  /** The node asked, which has not got it, and one of two others, of which one has. */
  @Test
  void aReadOfTwoIsFreshIfEitherHasTheWrite() {
    assertEquals(0.5, fresh(2, 1, 0, after(0)), 0.03);
  }

  @Test
  void theCoordinatorMayBeTheSlowest() {
    Sample slowest = new Sample(new long[] {30, 10, 20}, 0, 0);
    assertEquals(0.5, fresh(1, 1, 0, slowest), 0.03);
  }

  @Test
  void bandsHoldWhatIsMeasuredAndNarrowWithMore() {
    Freshness few = new Freshness();
    Freshness many = new Freshness();
    ReplicaTimes times = new ReplicaTimes();
    times.read(5, 5);
    for (int i = 0; i < 1000; i++) {
      times.add(0, after(9));
      many.add(0, 100, i % 4 != 0);
      if (i < 40) {
        few.add(0, 100, i % 4 != 0);
      }
    }
    Freshness.Point wide = few.points(times, 1, 1, 7).get(0);
    Freshness.Point narrow = many.points(times, 1, 1, 7).get(0);
    assertTrue(wide.low() < 0.75 && wide.high() > 0.75, wide.toString());
    assertTrue(narrow.low() > wide.low() && narrow.high() < wide.high(), narrow.toString());
    assertEquals(0.5, narrow.predicted(), 0.03);
    assertEquals(750, narrow.fresh());
  }
}
