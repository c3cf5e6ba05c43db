package org.quorate.bench.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.bench.report.Report;
import org.quorate.bench.report.Reporter;
import org.quorate.it.NodeProcess;

/**
 * The ledger against three real nodes, one of which is killed, and against proxies that do wrong.
 */
class VerifyIT {
  @TempDir private static Path directory;
  private static List<NodeProcess> nodes;

  @BeforeAll
  static void start() throws Exception {
    nodes = NodeProcess.cluster(directory, 3);
  }

  @AfterAll
  static void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  private static String targets() {
    return nodes.stream().map(node -> node.url("")).collect(Collectors.joining(","));
  }

  private static Report report(Path prefix) throws Exception {
    return Reporter.read(Path.of(prefix + ".json"));
  }

  @Test
  void nothingIsLostWhereANodeIsKilledAndStartedAgain() throws Exception {
    Path out = directory.resolve("killed");
    Path events = directory.resolve("events");
    Files.writeString(events, "2s kill n3 ! kill -9 " + nodes.get(2).pid() + "\n");
    Process tool =
        Tool.start(
            "run",
            "read:0.4,put:0.3,rmw:0.2,delete:0.1",
            "-t",
            targets(),
            "--verify",
            "--key-count",
            "1000",
            "--duration",
            "8s",
            "--warmup",
            "1s",
            "--connections",
            "16",
            "--events",
            events.toString(),
            "--out",
            out.toString());
    Tool.awaitLine(tool, "  2.0 s: kill n3");
    nodes.get(2).kill();
    nodes.get(2).start();
    Tool.awaitLine(tool, "Written");
    Report.Consistency found = report(out).consistency();
    assertEquals(0, tool.waitFor(), found.toString());
    assertTrue(!found.isViolated() && found.notReadBack() == 0, found.toString());
    assertTrue(found.readBack() == 1000 && found.writes() > 2000, found.toString());
    assertEquals(1, report(out).events().size());
  }

  @Test
  void everyWriteThatAProxyForgotIsFound() throws Exception {
    Path out = directory.resolve("lost");
    try (FaultyProxy proxy = new FaultyProxy(nodes.get(0).http, FaultyProxy.Fault.LOSES)) {
      Tool.Result result =
          Tool.run(
              "run",
              "insert:1",
              "-t",
              proxy.url(),
              "--verify",
              "--key-count",
              "1000",
              "--duration",
              "3s",
              "--warmup",
              "0s",
              "--no-ceiling",
              "--out",
              out.toString());
      assertEquals(1, result.exit(), result.text());
      assertTrue(proxy.done() > 10, "only " + proxy.done());
      assertEquals(proxy.done(), report(out).consistency().findings().get("lost"), result.text());
    }
  }

  @Test
  void everyOldValueThatAProxyServedIsFound() throws Exception {
    Path out = directory.resolve("stale");
    try (FaultyProxy proxy = new FaultyProxy(nodes.get(1).http, FaultyProxy.Fault.SERVES_OLD)) {
      Tool.Result result =
          Tool.run(
              "run",
              "read:0.8,put:0.2",
              "-t",
              proxy.url(),
              "--verify",
              "--key-count",
              "200",
              "--keys",
              "uniform",
              "--rate",
              "300",
              "--duration",
              "6s",
              "--warmup",
              "0s",
              "--no-ceiling",
              "--out",
              out.toString());
      assertEquals(1, result.exit(), result.text());
      assertTrue(proxy.done() > 10, "only " + proxy.done());
      assertEquals(proxy.done(), report(out).consistency().findings().get("stale"), result.text());
    }
  }
}
