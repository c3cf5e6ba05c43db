package org.quorate.bench.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;

/**
 * A server that stalls is seen as its callers would have seen it. With -Dquorate.period and
 * -Dquorate.stall in milliseconds, and -Dquorate.seconds, for longer stalls.
 */
class StallIT {
  private static final long PERIOD = Long.getLong("quorate.period", 1000);
  private static final long STALL = Long.getLong("quorate.stall", 300);
  private static final int SECONDS = Integer.getInteger("quorate.seconds", 5);

  @TempDir private Path directory;

  /**
   * Of the requests intended at equal distances, the share (stall - x) / period waits longer than
   * x; so one in a thousand waits longer than stall - period / 1000.
   */
  @Test
  void responseTimesShowTheStallWhoeverWasSentDuringIt() throws Exception {
    Path out = directory.resolve("stall");
    try (StallingServer server = new StallingServer(PERIOD, STALL)) {
      Tool.Result result =
          Tool.run(
              "run",
              "put:1",
              "-t",
              server.url(),
              "--rate",
              "2000",
              "--connections",
              "8",
              "--duration",
              SECONDS + "s",
              "--warmup",
              "2s",
              "--no-ceiling",
              "--out",
              out.toString());
      assertEquals(0, result.exit(), result.text());
      Report.Operation put = Reporter.read(Path.of(out + ".json")).operations().get("put");
      double expected = (STALL - PERIOD / 1000.0) * 1e6;
      System.out.printf(
          "p99.9 of response times %.1f ms, by the schedule %.1f ms; of service times p99 %.1f ms%n",
          put.response().p999() / 1e6, expected / 1e6, put.service().p99() / 1e6);
      assertTrue(put.response().p999() >= 0.95 * expected, result.text());
      assertTrue(put.response().p90() >= 0.5 * (STALL - PERIOD / 10.0) * 1e6, result.text());
      assertEquals(SECONDS * 2000, put.succeeded(), 1, result.text());
    }
  }
}
