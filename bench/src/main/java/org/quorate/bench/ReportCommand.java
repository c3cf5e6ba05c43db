package org.quorate.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.report.HdrLog;
import org.quorate.bench.report.Page;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;
import org.quorate.bench.report.Summary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a report again. */
@Command(
    name = "report",
    description = "Print a report, and make its page and HDR log again.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REPORT.json", description = "As written by run --out.")
  private Path file = Path.of("");

  @Option(names = "--html", paramLabel = "FILE", description = "Write the page here.")
  private @Nullable Path html;

  @Option(names = "--hdr", paramLabel = "FILE", description = "Write the HDR log here.")
  private @Nullable Path hdr;

  @Override
  public Integer call() throws Exception {
    Report report = Reporter.read(file);
    System.out.print(Ansi.AUTO.string(Summary.of(report)));
    if (html != null) {
      Page.write(report, html);
    }
    if (hdr != null) {
      HdrLog.write(report, hdr);
    }
    return 0;
  }
}
