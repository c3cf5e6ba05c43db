package org.quorate.bench.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * The seconds of a run as a log of histograms, which HdrHistogram's own tools read: a line for each
 * kind, tagged {@code put.response} and {@code put.service}.
 */
public final class HdrLog {
  private static final double NANOS_PER_MILLI = 1e6;

  private HdrLog() {}

  public static void write(Report report, Path file) throws IOException {
    try (PrintStream out = new PrintStream(file.toFile(), StandardCharsets.UTF_8)) {
      HistogramLogWriter log = new HistogramLogWriter(out);
      long start = Instant.parse(report.started()).toEpochMilli();
      log.outputComment("[quorate-bench, nanoseconds, starting " + report.started() + "]");
      log.outputLogFormatVersion();
      log.outputBaseTime(start);
      log.outputStartTime(start);
      log.outputLegend();
      List<Report.Second> seconds = new ArrayList<>(report.timeline());
      if (report.after() != null) {
        seconds.add(report.after());
      }
      for (Report.Second second : seconds) {
        second
            .operations()
            .forEach(
                (kind, part) -> {
                  add(log, kind + ".response", second.second(), part.response());
                  add(log, kind + ".service", second.second(), part.service());
                });
      }
    }
  }

  private static void add(HistogramLogWriter log, String tag, int second, String base64) {
    Histogram histogram = Reporter.decode(base64);
    histogram.setTag(tag);
    log.outputIntervalHistogram(second, second + 1.0, histogram, NANOS_PER_MILLI);
  }
}
