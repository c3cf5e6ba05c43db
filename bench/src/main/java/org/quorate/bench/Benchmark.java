package org.quorate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Arrivals;
import org.quorate.bench.drive.Plan;
import org.quorate.bench.drive.Route;
import org.quorate.bench.drive.Runner;
import org.quorate.bench.drive.Source;
import org.quorate.bench.measure.Timeline;
import org.quorate.bench.report.Report.Mark;
import org.quorate.bench.report.Screen;
import org.quorate.bench.runtime.Clock;
import org.quorate.bench.runtime.Seeds;
import org.quorate.bench.verify.Ledger;
import org.quorate.bench.work.KeySpace;
import org.quorate.bench.work.Payload;
import org.quorate.bench.work.Workload;
import picocli.CommandLine.Help.Ansi;

/** Carries out plans against the targets of a command, and shows them on the terminal. */
final class Benchmark implements AutoCloseable {
  static final String KEY_PREFIX = "key-";

  private static final long DRAW_MILLIS = 1000;
  private static final long LOOK_MILLIS = 20;

  final TargetOptions target;
  final ConnectionOptions connections;
  final Cluster cluster;
  private Payload payload = new Payload(Seeds.run());
  private final Runner runner;
  private final Route route;
  private final PrintStream out = System.out;
  private final Ansi ansi = Ansi.AUTO;

  /** What a run measured, and what happened meanwhile. */
  record Measured(Timeline timeline, List<Mark> marks) {}

  /**
   * @throws IllegalArgumentException if the options do not fit each other or the store
   */
  Benchmark(TargetOptions target, ConnectionOptions connections)
      throws IOException, InterruptedException {
    connections.check();
    target.check();
    this.target = target;
    this.connections = connections;
    this.cluster = Cluster.of(target.targets);
    if (target.n > 0) {
      cluster.setReplicas(target.bucket, target.n);
    }
    this.route =
        switch (target.route) {
          case ROUND_ROBIN -> Route.roundRobin(target.targets);
          case OWNER -> cluster.owners(target.bucket);
        };
    this.runner = new Runner(connections.threads, Clock.SYSTEM);
    Interruption.onInterrupt(runner::stop);
  }

  /** What is written from now on can be told from all that was. */
  void beginRun() {
    payload = new Payload(Seeds.run());
  }

  Payload payload() {
    return payload;
  }

  Runner runner() {
    return runner;
  }

  boolean isStopped() {
    return runner.isStopped();
  }

  /** The keys as {@code load} leaves them. */
  KeySpace loadedKeys(Workload work) {
    return new KeySpace(KEY_PREFIX, work.keyCount());
  }

  /** Writes each key once. */
  Timeline load(Workload work, KeySpace keys, @Nullable Ledger ledger, String title)
      throws IOException {
    KeySpace each = keys.fresh();
    SplittableRandom random = new SplittableRandom(work.seed());
    Screen screen = new Screen(out, ansi, title, 0, Double.POSITIVE_INFINITY);
    Plan plan =
        plan(
            each,
            loop -> Source.load(work, each, random.split()),
            null,
            0,
            Plan.NEVER,
            ledger,
            screen);
    return watch(plan, screen, new Events(null, mark -> {}));
  }

  /**
   * Measures a workload.
   *
   * @param schedule for each loop; null for a closed loop
   */
  Measured run(
      Workload work,
      KeySpace keys,
      @Nullable IntFunction<Arrivals> schedule,
      Duration warmUp,
      Duration duration,
      @Nullable Ledger ledger,
      @Nullable Path eventsFile,
      String title)
      throws IOException {
    Screen screen =
        new Screen(out, ansi, title, warmUp.toMillis() / 1e3, duration.toMillis() / 1e3);
    Events events = new Events(eventsFile, screen::mark);
    SplittableRandom random = new SplittableRandom(work.seed());
    Plan plan =
        plan(
            keys,
            loop -> Source.of(work, keys, random.split()),
            schedule,
            warmUp.toNanos(),
            warmUp.plus(duration).toNanos(),
            ledger,
            screen);
    return new Measured(watch(plan, screen, events), events.marks());
  }

  private Plan plan(
      KeySpace keys,
      IntFunction<Source> sources,
      @Nullable IntFunction<Arrivals> schedule,
      long warmUp,
      long end,
      @Nullable Ledger ledger,
      Plan.Progress progress) {
    return new Plan(
        route,
        target.dialect(target.quorums()),
        keys,
        payload,
        schedule,
        sources,
        warmUp,
        end,
        connections.connections,
        connections.tries,
        target.patienceNanos(),
        ledger != null,
        ledger,
        progress);
  }

  private Timeline watch(Plan plan, Screen screen, Events events) {
    Timer watcher = new Timer("watcher", true);
    double warmUp = plan.warmUp() / 1e9;
    watcher.scheduleAtFixedRate(
        task(() -> screen.draw(runner.now() / 1e9)), DRAW_MILLIS, DRAW_MILLIS);
    watcher.scheduleAtFixedRate(
        task(() -> look(events, runner.now() / 1e9 - warmUp)), 0, LOOK_MILLIS);
    try {
      return runner.run(plan);
    } finally {
      watcher.cancel();
      screen.finish(runner.now() / 1e9);
    }
  }

  private static TimerTask task(Runnable body) {
    return new TimerTask() {
      @Override
      public void run() {
        try {
          body.run();
        } catch (RuntimeException e) {
          System.err.println("quorate-bench: " + e); // Or the timer ends, and all later events.
        }
      }
    };
  }

  private void look(Events events, double now) {
    try {
      events.look(now);
    } catch (IOException | IllegalArgumentException e) {
      out.println("--events: " + e.getMessage());
    }
  }

  /** What a report says of how it was made. */
  Map<String, String> setup(Workload work, String paceText) {
    Map<String, String> setup = new LinkedHashMap<>();
    setup.put("workload", work.name());
    setup.put("mix", work.mix().toString());
    setup.put("keys", work.keyCount() + ", " + work.keys());
    setup.put("values", work.sizes() + " bytes");
    setup.put("seed", "" + work.seed());
    setup.put("pace", paceText);
    setup.put("threads", "" + connections.threads);
    setup.put("targets", target.targets.toString().replaceAll("[\\[\\]]", ""));
    setup.put("route", target.route.toString());
    if (target.api == TargetOptions.Api.QUORATE) {
      setup.put("cluster", cluster.describe());
      setup.put(
          "quorums",
          "n="
              + cluster.n()
              + ", r="
              + cluster.replicas(target.r, "r")
              + ", w="
              + cluster.replicas(target.w, "w")
              + (target.isSloppy ? ", sloppy" : ""));
    } else {
      setup.put("store", target.api.toString());
    }
    return setup;
  }

  /** The machine and the Java that the tool runs on. */
  static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put(
        "system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    environment.put("processors", "" + Runtime.getRuntime().availableProcessors());
    environment.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    environment.put("heap", Runtime.getRuntime().maxMemory() / (1024 * 1024) + " MiB");
    return environment;
  }

  /** A command line that repeats this one. */
  static List<String> again(List<String> arguments, long seed) {
    List<String> command =
        new ArrayList<>(List.of("java", "-jar", "bench/target/quorate-bench.jar"));
    arguments.forEach(argument -> command.add(quoted(argument)));
    if (arguments.stream().noneMatch(argument -> argument.startsWith("--seed"))) {
      command.addAll(List.of("--seed", "" + seed));
    }
    return command;
  }

  /** As a shell takes it for one word. */
  private static String quoted(String argument) {
    return argument.matches("[A-Za-z0-9_.,:=/@%+-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  @Override
  public void close() {
    runner.close();
  }
}
