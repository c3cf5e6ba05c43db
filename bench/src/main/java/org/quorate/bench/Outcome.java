package org.quorate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.quorate.bench.compare.Threshold;
import org.quorate.bench.report.HdrLog;
import org.quorate.bench.report.Page;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;

/** What a report means for the exit code, and where it is kept. */
final class Outcome {
  private Outcome() {}

  /** The exit code; what is wrong is told. */
  static int of(Report report, List<Threshold> thresholds, PrintStream err) {
    if (report.consistency() != null && report.consistency().isViolated()) {
      return Main.EXIT_VIOLATED;
    }
    boolean isClientBound = report.verdict().word().equals("CLIENT-BOUND");
    boolean isOpen =
        report.rate() == 0
            || (report.consistency() != null && report.consistency().notReadBack() > 0);
    boolean isPassed = false;
    for (Threshold threshold : thresholds) {
      switch (threshold.of(report)) {
        case HOLDS -> {
          isPassed = true;
          err.println("quorate-bench: " + threshold.text() + " holds");
        }
        case OPEN -> {
          isOpen = true;
          err.println("quorate-bench: " + threshold.text() + ": this run has no such number");
        }
        case DOES_NOT_HOLD -> isOpen |= isClientBound;
      }
    }
    if (isPassed && !isClientBound) {
      return Main.EXIT_THRESHOLD;
    }
    return isOpen || isPassed ? Main.EXIT_INCONCLUSIVE : 0;
  }

  /** Keeps a report in its three forms. */
  static void write(Report report, Path prefix, PrintStream out) throws IOException {
    Reporter.write(report, Path.of(prefix + ".json"));
    Page.write(report, Path.of(prefix + ".html"));
    HdrLog.write(report, Path.of(prefix + ".hdr"));
    out.println("Written: " + prefix + ".json, .html, .hdr");
  }
}
