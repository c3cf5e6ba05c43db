package org.quorate.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.bench.compare.Comparison.Change;
import org.quorate.bench.compare.Comparison.Word;
import org.quorate.bench.measure.Meter;
import org.quorate.bench.measure.Sample;
import org.quorate.bench.measure.Timeline;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;
import org.quorate.bench.work.Kind;

/** Two reports of made-up runs, and conditions on them. */
class ComparisonTest {
  private static final long SECOND = 1_000_000_000;

  /** 30 s of PUTs with exponential latencies, whose mean wanders from second to second. */
  private static Report report(long seed, double meanMillis, int perSecond) {
    SplittableRandom random = new SplittableRandom(seed);
    Timeline timeline = new Timeline();
    Meter meter = new Meter(0, 30 * SECOND, timeline::add);
    for (int second = 0; second < 30; second++) {
      double mean = meanMillis * (0.8 + 0.4 * random.nextDouble());
      for (int i = 0; i < perSecond; i++) {
        long done = second * SECOND + i * SECOND / perSecond;
        long took = (long) (-Math.log(1 - random.nextDouble()) * mean * 1e6);
        meter.add(new Sample(Kind.PUT, done - took, done - took, done, null, Sample.Found.ONE, 0));
      }
    }
    meter.finish();
    timeline.finish(30, 0);
    return new Report(
        Report.SCHEMA,
        "2026-01-01T00:00:00Z",
        List.of(),
        Map.of(),
        Map.of(),
        true,
        new Report.Judgement("OK", ""),
        30,
        timeline.rate(),
        Reporter.operations(timeline),
        Reporter.seconds(timeline),
        Reporter.after(timeline),
        List.of(),
        null,
        null,
        null);
  }

  private static Change change(Report a, Report b, String metric) {
    return Comparison.of(a, b, 0.1, List.of(Metric.parse(metric))).changes().stream()
        .filter(change -> change.metric().equals(Metric.parse(metric)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void runsOfTheSameBuildDoNotDiffer() {
    int differing = 0;
    for (int seed = 0; seed < 20; seed++) {
      for (Change change :
          Comparison.of(report(seed, 2, 500), report(seed + 100, 2, 500), 0.1, List.of())
              .changes()) {
        differing += change.word() == Word.BETTER || change.word() == Word.WORSE ? 1 : 0;
      }
    }
    assertTrue(differing <= 2, differing + " of 80 said to differ");
  }

  @Test
  void aSlowerBuildIsFoundWithByHowMuch() {
    Change change = change(report(1, 2, 500), report(2, 3, 500), "put.p50");
    assertEquals(Word.WORSE, change.word());
    assertEquals(0.5, change.change(), 0.1);
    assertTrue(change.low() < 0.5 && change.high() > 0.5, change.toString());
    assertEquals(Word.BETTER, change(report(1, 3, 500), report(2, 2, 500), "put.p99").word());
  }

  @Test
  void otherMetricsAreComparedWhereTheyAreAskedFor() {
    Report a = report(1, 2, 500);
    assertEquals(0, change(a, a, "rate").change(), 1e-9);
    assertEquals(0.5, change(a, report(2, 3, 500), "put.service.p95").change(), 0.1);
  }

  @Test
  void aLowerRateIsWorse() {
    Change change = change(report(1, 2, 500), report(2, 2, 400), "put.rate");
    assertEquals(Word.WORSE, change.word());
    assertEquals(-0.2, change.change(), 0.001);
  }

  @Test
  void conditionsHoldOrDoNotOrAreOpen() {
    Report a = report(1, 2, 500);
    Report b = report(2, 3, 500);
    assertEquals(Threshold.State.HOLDS, Threshold.parse("put.p99>1ms").of(b));
    assertEquals(Threshold.State.DOES_NOT_HOLD, Threshold.parse("put.p99>1s").of(b));
    assertEquals(Threshold.State.HOLDS, Threshold.parse("rate<501").of(b));
    assertEquals(Threshold.State.OPEN, Threshold.parse("read.p99>1ms").of(b));
    assertEquals(Threshold.State.OPEN, Threshold.parse("lost>0").of(b));
    Comparison comparison = Comparison.of(a, b, 0.1, List.of(Metric.parse("rate")));
    assertEquals(Threshold.State.DOES_NOT_HOLD, comparison.of(Threshold.parse("rate<-5%")));
    assertEquals(Threshold.State.HOLDS, comparison.of(Threshold.parse("put.p50>+10%")));
    assertEquals(Threshold.State.DOES_NOT_HOLD, comparison.of(Threshold.parse("put.p50>+200%")));
    assertEquals(Threshold.State.OPEN, comparison.of(Threshold.parse("put.p50>+50%")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "put.p99",
        "put.p99>30",
        "put.p99=3ms",
        "pot.p99>3ms",
        "lost>1ms",
        "failed>1%",
        "put.max>+5%",
        "put.q>1ms"
      })
  void badConditionsAreRefusedByName(String text) {
    assertThrows(IllegalArgumentException.class, () -> Threshold.parse(text));
  }
}
