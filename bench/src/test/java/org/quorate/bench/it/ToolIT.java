package org.quorate.bench.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;
import org.quorate.bench.staleness.Freshness;
import org.quorate.it.NodeProcess;

/** The tool as a user calls it, against three real nodes. */
class ToolIT {
  @TempDir private static Path directory;
  private static List<NodeProcess> nodes;
  private static String targets;

  @BeforeAll
  static void start() throws Exception {
    nodes = NodeProcess.cluster(directory, 3);
    targets = nodes.stream().map(node -> node.url("")).collect(Collectors.joining(","));
    Tool.Result loaded = Tool.run("load", "-t", targets, "--key-count", "1000");
    assertEquals(0, loaded.exit(), loaded.text());
    assertTrue(loaded.text().contains("1,000 of 1,000 keys written"), loaded.text());
  }

  @AfterAll
  static void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private static Tool.Result run(String workload, Path out, String... more) throws Exception {
    String common =
        "run " + workload + " -t " + targets + " --key-count 1000 --warmup 1s --out " + out;
    String[] first = common.split(" ", -1);
    String[] all = new String[first.length + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return Tool.run(all);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run ycsb-x|ycsb-x",
        "run|WORKLOAD",
        "run read:0.5,put:x|'x'",
        "run ycsb-a --rate 0|--rate",
        "run ycsb-a --keys pareto|pareto",
        "run ycsb-a --value-size 0|--value-size",
        "run ycsb-a --key-count 0|--key-count",
        "run ycsb-a --connections 0|--connections",
        "run ycsb-a --threads 99|--threads",
        "run ycsb-a --duration 5|--duration",
        "run ycsb-a --r two|--r",
        "run ycsb-a -t ftp://x|ftp://x",
        "run ycsb-a --matrix q=1|q=1",
        "run ycsb-a --fail-if put.p99|put.p99",
        "run ycsb-a --nonsense|--nonsense",
        "run ycsb-a --verify --value-size 10|--value-size",
        "run ycsb-a --fail-if put.p99>+10%|only compare",
        "run ycsb-a --out /nowhere/x|/nowhere/x",
        "run ycsb-a --timeout 2m|--timeout",
        "compare a.json|B.json",
        "compare /nowhere/a.json /nowhere/b.json|/nowhere/a.json",
        "ceiling --port 70000|70000"
      })
  void badOptionsAreNamedInOneLine(String arguments, String named) throws Exception {
    Tool.Result result = Tool.run(arguments.split(" ", -1));
    assertEquals(4, result.exit(), result.text());
    assertEquals(1, result.text().lines().count(), result.text());
    assertTrue(result.text().contains(named), result.text());
  }

  @Test
  void aTargetThatIsNotThereIsInconclusive() throws Exception {
    int nobody = NodeProcess.freePorts(1)[0];
    Tool.Result result = Tool.run("run", "ycsb-c", "-t", "http://127.0.0.1:" + nobody);
    assertEquals(3, result.exit(), result.text());
    assertTrue(result.text().contains("" + nobody), result.text());
  }

  @Test
  void aRunIsReportedInAllForms() throws Exception {
    Path out = directory.resolve("forms");
    Tool.Result result =
        run(
            "ycsb-b",
            out,
            "--duration",
            "3s",
            "--rate",
            "500",
            "--route",
            "owner",
            "--threads",
            "2",
            "--arrivals",
            "poisson",
            "--fail-if",
            "read.p99>10s",
            "--no-ceiling");
    assertEquals(0, result.exit(), result.text());
    Report report = Reporter.read(Path.of(out + ".json"));
    assertEquals(500, report.rate(), 50);
    assertEquals(0, report.operations().get("read").failures(), result.text());
    assertEquals(0, report.operations().get("read").missing(), result.text());
    String page = Files.readString(Path.of(out + ".html"));
    assertTrue(page.contains("uPlot") && page.contains("quorate-bench/1"));
    assertTrue(!page.contains("src=\"http") && !page.contains("href=\"http"), "not offline");
    int lines = 0;
    try (HistogramLogReader log = new HistogramLogReader(Path.of(out + ".hdr").toFile())) {
      for (EncodableHistogram next = log.nextIntervalHistogram();
          next != null;
          next = log.nextIntervalHistogram()) {
        assertTrue(next.getTag().matches("(read|put)\\.(response|service)"), next.getTag());
        lines++;
      }
    }
    assertTrue(lines >= 6, lines + " lines");
    Tool.Result again = Tool.run("report", out + ".json");
    assertTrue(again.text().contains("--arrivals poisson --fail-if 'read.p99>10s'"), again.text());
    Tool.Result same = Tool.run("compare", out + ".json", out + ".json");
    assertEquals(0, same.exit(), same.text());
    assertTrue(same.text().contains("No change."), same.text());
  }

  @Test
  void aThresholdThatIsPassedIsExitCodeTwo() throws Exception {
    Path out = directory.resolve("threshold");
    Tool.Result result =
        run(
            "read:1",
            out,
            "--duration",
            "1s",
            "--rate",
            "100",
            "--fail-if",
            "read.max>1us",
            "--no-ceiling");
    assertEquals(2, result.exit(), result.text());
    assertTrue(result.text().contains("read.max>1us holds"), result.text());
  }

  @Test
  void eachPairOfAMatrixIsMeasured() throws Exception {
    Path out = directory.resolve("matrix");
    Tool.Result result =
        run("ycsb-a", out, "--duration", "1s", "--no-ceiling", "--matrix", "r=1,all", "w=quorum");
    assertEquals(0, result.exit(), result.text());
    for (String r : List.of("1", "all")) {
      Report report = Reporter.read(Path.of(out + "-r" + r + "-wquorum.json"));
      String expected = "n=3, r=" + (r.equals("1") ? 1 : 3) + ", w=2";
      assertEquals(expected, report.setup().get("quorums"));
    }
  }

  @Test
  void whereQuorumsOverlapAllReadsAreFreshAndThatIsPredicted() throws Exception {
    Path out = directory.resolve("staleness");
    Tool.Result result =
        run(
            "ycsb-a",
            out,
            "--duration",
            "5s",
            "--rate",
            "200",
            "--staleness",
            "--r",
            "2",
            "--w",
            "2",
            "--no-ceiling");
    assertEquals(0, result.exit(), result.text());
    Report.Curve curve = Reporter.read(Path.of(out + ".json")).staleness();
    assertEquals(Freshness.DELAYS.size(), curve.points().size(), result.text());
    for (Freshness.Point point : curve.points()) {
      assertEquals(point.reads(), point.fresh(), point.toString());
      assertEquals(1, point.predicted(), point.toString());
    }
  }

  @Test
  void ctrlCEndsTheRunEarlyAndStillReports() throws Exception {
    Path out = directory.resolve("interrupted");
    Process tool =
        Tool.start(
            "run",
            "ycsb-a",
            "-t",
            targets,
            "--key-count",
            "1000",
            "--warmup",
            "0s",
            "--duration",
            "10m",
            "--out",
            out.toString());
    Tool.awaitLine(tool, "   1 s");
    new ProcessBuilder("kill", "-INT", "" + tool.pid()).start().waitFor();
    Tool.awaitLine(tool, "Written");
    assertEquals(0, tool.waitFor());
    Report report = Reporter.read(Path.of(out + ".json"));
    assertTrue(report.seconds() < 60 && report.rate() > 0, report.seconds() + " s");
  }

  @Test
  void theHighestRateIsFoundAndTheToolsOwnCeilingToldWithARun() throws Exception {
    Tool.Result found =
        Tool.run(
            "find-max",
            "ycsb-c",
            "-t",
            targets,
            "--key-count",
            "1000",
            "--warmup",
            "1s",
            "--duration",
            "1s",
            "--p99",
            "500ms");
    assertTrue(found.exit() == 0 || found.exit() == 3, found.text());
    assertTrue(found.text().contains("offered"), found.text());
    Path out = directory.resolve("ceiling");
    Tool.Result run = run("ycsb-c", out, "--duration", "1s", "--rate", "100");
    assertEquals(0, run.exit(), run.text());
    Report.Ceiling ceiling = Reporter.read(Path.of(out + ".json")).ceiling();
    assertTrue(ceiling.rate() > 100 && ceiling.used() < 1, ceiling.toString());
  }

  @Test
  void aServerThatNeverAnswersIsGivenUpOnOnceForEachRequest() throws Exception {
    Path out = directory.resolve("silent");
    try (StallingServer server = new StallingServer(60_000, 60_000)) {
      Tool.Result result =
          Tool.run(
              "run",
              "put:1",
              "-t",
              server.url(),
              "--connections",
              "2",
              "--timeout",
              "100ms",
              "--duration",
              "4s",
              "--warmup",
              "0s",
              "--no-ceiling",
              "--out",
              out.toString());
      assertEquals(3, result.exit(), result.text());
      Report.Operation put = Reporter.read(Path.of(out + ".json")).operations().get("put");
      assertEquals(List.of("timeout"), List.copyOf(put.problems().keySet()));
    }
  }

  @Test
  void aLoadWhoseOnlyTargetDiesEnds() throws Exception {
    Process server = Tool.start("ceiling", "--port", "0");
    String url = Tool.awaitLine(server, "ready").replace("ready http=", "http://");
    Process tool = Tool.start("load", "-t", url, "--key-count", "100000000");
    Tool.awaitLine(tool, "   1 s");
    server.destroyForcibly().waitFor();
    tool.getInputStream().readAllBytes();
    assertEquals(3, tool.waitFor());
  }
}
