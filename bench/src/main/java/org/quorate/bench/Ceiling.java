package org.quorate.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.quorate.bench.drive.Plan;
import org.quorate.bench.drive.Quorate;
import org.quorate.bench.drive.Quorums;
import org.quorate.bench.drive.Route;
import org.quorate.bench.drive.Source;
import org.quorate.bench.drive.Target;
import org.quorate.bench.measure.Timeline;
import org.quorate.bench.report.Report;
import org.quorate.bench.work.KeySpace;
import org.quorate.bench.work.Workload;

/** What the tool itself can do here: the same work and connections against the bare server. */
final class Ceiling {
  private static final int KEYS = 10_000;

  /** What the bare server has room for. */
  private static final int MOST_BYTES = 128 << 20;

  private static final long WARM_UP = TimeUnit.SECONDS.toNanos(4);
  private static final long END = WARM_UP + TimeUnit.SECONDS.toNanos(3);

  private Ceiling() {}

  /**
   * @param rate of the run that is compared
   */
  static Report.Ceiling measure(Benchmark benchmark, Workload work, double rate)
      throws IOException, InterruptedException {
    Process server = server();
    try {
      Timeline timeline = measure(benchmark, work, port(server));
      if (timeline.rate() == 0) {
        throw new IOException("it served nothing");
      }
      Map<String, Double> rates = new LinkedHashMap<>();
      timeline.rates().forEach((kind, each) -> rates.put(kind.label(), each));
      return new Report.Ceiling(timeline.rate(), rate / timeline.rate(), rates);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  private static Process server() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "ceiling",
            "--port",
            "0")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static int port(Process server) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    String ready = out.readLine();
    if (ready == null) {
      throw new IOException("the bare server did not start");
    }
    return Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
  }

  private static Timeline measure(Benchmark benchmark, Workload work, int port) {
    int count = Math.max(1, Math.min(MOST_BYTES / work.sizes().most(), work.keyCount()));
    KeySpace keys = new KeySpace(Benchmark.KEY_PREFIX, Math.min(KEYS, count));
    Route route = Route.roundRobin(List.of(new Target("127.0.0.1", port)));
    SplittableRandom random = new SplittableRandom(work.seed());
    Plan load =
        plan(benchmark, route, keys, loop -> Source.load(work, keys, random.split()), 0, END);
    benchmark.runner().run(load);
    Plan run =
        plan(benchmark, route, keys, loop -> Source.of(work, keys, random.split()), WARM_UP, END);
    return benchmark.runner().run(run);
  }

  private static Plan plan(
      Benchmark benchmark,
      Route route,
      KeySpace keys,
      IntFunction<Source> sources,
      long warmUp,
      long end) {
    return new Plan(
        route,
        new Quorate("bench", new Quorums(null, null, false, null)),
        keys,
        benchmark.payload(),
        null,
        sources,
        warmUp,
        end,
        benchmark.connections.connections,
        1,
        benchmark.target.patienceNanos(),
        false,
        null,
        new Plan.Progress() {});
  }
}
