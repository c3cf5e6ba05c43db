package org.quorate.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What becomes of a run's result. */
final class OutputOptions {
  @Option(
      names = "--out",
      paramLabel = "PREFIX",
      description =
          "Write PREFIX.json (for compare and report), PREFIX.html (one page) and PREFIX.hdr (an"
              + " HDR log).")
  @Nullable Path out;

  @Option(
      names = "--fail-if",
      paramLabel = "CONDITION",
      description = "End with exit code 2 if it holds: 'put.p99>30ms', 'lost>0', 'rate<1000'.")
  List<String> failIf = List.of();

  @Option(
      names = "--events",
      paramLabel = "FILE",
      description = {
        "Marks to draw over the latency, one a line: '10s kill n2', or with a command to run at that",
        "moment: '10s kill n2 ! kill -9 4711'. A line without a time, added to the file during the",
        "run, is a mark at the moment at which it is added. Times count from the end of the warm-up."
      })
  @Nullable Path events;

  @Option(
      names = "--no-ceiling",
      description = "Do not measure afterwards what this tool itself can do here.")
  boolean noCeiling;

  /** Before anything is measured. */
  void check() {
    Path folder = out == null ? null : out.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--out '" + out + "': its folder is not there");
    }
  }
}
