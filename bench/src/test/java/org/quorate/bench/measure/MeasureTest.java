package org.quorate.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.quorate.bench.measure.Sample.Found;
import org.quorate.bench.work.Kind;

/** Sorting of requests into seconds, and the verdict. Times in milliseconds. */
class MeasureTest {
  private static final long MILLI = 1_000_000;

  private final Timeline timeline = new Timeline();

  private static Sample sample(long intended, long sent, long done, String problem) {
    return new Sample(
        Kind.PUT, intended * MILLI, sent * MILLI, done * MILLI, problem, Found.ONE, 0);
  }

  private static Sample good(long intended, long sent, long done) {
    return sample(intended, sent, done, null);
  }

  private Meter meter(long from, long end) {
    return new Meter(from * MILLI, end * MILLI, timeline::add);
  }

  private void finish(Meter meter, double seconds) {
    meter.finish();
    timeline.finish(seconds, 0);
  }

  @Test
  void aRequestCountsInTheSecondInWhichItWasDone() {
    Meter meter = meter(1000, 4000);
    meter.add(good(500, 500, 1500));
    meter.add(good(1100, 1100, 1200));
    meter.add(good(1100, 1100, 2500));
    meter.add(good(3900, 3900, 5000));
    finish(meter, 3);
    assertEquals(1, timeline.at(0).succeeded());
    assertEquals(1, timeline.at(1).succeeded());
    assertEquals(1, timeline.at(Interval.AFTER).succeeded());
    assertEquals(3, timeline.total().succeeded());
    assertEquals(2, timeline.at(0).completed(Kind.PUT), "the warm-up's request is throughput");
    assertEquals(3 / 3.0, timeline.rate(), 1e-9, "what is done after the end is not");
  }

  @Test
  void responseCountsFromIntendedAndServiceFromSent() {
    Meter meter = meter(0, 1000);
    meter.add(good(100, 300, 350));
    finish(meter, 1);
    Tally put = timeline.total().of(Kind.PUT);
    assertEquals(250, put.response.getMaxValue() / 1e6, 0.5);
    assertEquals(50, put.service.getMaxValue() / 1e6, 0.5);
    assertEquals(200, put.lag.getMaxValue() / 1e6, 0.5);
  }

  @Test
  void failuresAreCountedByProblemAndKeptApart() {
    Meter meter = meter(0, 1000);
    meter.add(sample(0, 0, 2, "overloaded"));
    meter.add(sample(0, 0, 900, "timeout"));
    meter.add(good(0, 0, 10));
    finish(meter, 1);
    Tally put = timeline.total().of(Kind.PUT);
    assertEquals(1, put.problems.get("overloaded"));
    assertEquals(1, put.response.getTotalCount());
    assertEquals(2, put.failed.getTotalCount());
  }

  /** A request each 10 ms for 9 s, each late as told. */
  private Verdict verdict(boolean isOpen, LongUnaryOperator lag) {
    Meter meter = meter(0, 9000);
    for (long at = 0; at < 9000; at += 10) {
      long late = lag.applyAsLong(at);
      meter.add(good(at, at + late, at + late + 1));
    }
    finish(meter, 9);
    return Verdict.of(timeline, isOpen);
  }

  @Test
  void aStallThatIsCaughtUpWithIsNoSaturation() {
    assertEquals(Verdict.Word.OK, verdict(true, at -> Math.max(0, 1000 - at % 4000)).word());
  }

  /** One slow node of three. */
  @Test
  void aLagThatGrowsForSomeIsSaturationToo() {
    assertEquals(
        Verdict.Word.SATURATED, verdict(true, at -> at / 10 % 3 == 0 ? at / 10 : 0).word());
  }

  @Test
  void aLagThatGrowsIsSaturation() {
    Verdict verdict = verdict(true, at -> at / 10);
    assertEquals(Verdict.Word.SATURATED, verdict.word());
    assertTrue(verdict.why().contains(" ms or more"), verdict.why());
  }

  @Test
  void aBusyLoopMeansThatTheToolWasMeasured() {
    Meter meter = meter(0, 2000);
    for (long at = 0; at < 2000; at += 10) {
      meter.add(good(at, at, at + 1));
      meter.late(at * MILLI, 0, at * MILLI);
    }
    finish(meter, 2);
    assertEquals(Verdict.Word.CLIENT_BOUND, Verdict.of(timeline, false).word());
  }

  @Test
  void soDoLateTimers() {
    Meter meter = meter(0, 2000);
    for (long at = 0; at < 2000; at += 10) {
      meter.add(good(at, at + 4, at + 5));
      meter.late(at * MILLI, 4 * MILLI, 0);
    }
    finish(meter, 2);
    assertEquals(Verdict.Word.CLIENT_BOUND, Verdict.of(timeline, true).word());
  }

  @Test
  void andGarbage() {
    Meter meter = meter(0, 1000);
    meter.add(good(0, 0, 1));
    meter.finish();
    timeline.finish(1, 0.06);
    Verdict verdict = Verdict.of(timeline, false);
    assertEquals(Verdict.Word.CLIENT_BOUND, verdict.word());
    assertTrue(verdict.why().contains("6 %"), verdict.why());
  }
}
