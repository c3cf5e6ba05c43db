package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters under many seeds. {@code -Dquorate.seed=…} repeats one, {@code
 * -Dquorate.seeds=10000} runs so many.
 */
class SimulationTest {
  private static final int FIXED = Integer.getInteger("quorate.seeds", 300);
  private static final int FRESH = 20;

  @Test
  void everyPromiseIsKeptUnderEverySeed() throws InterruptedException, ExecutionException {
    Quiet.logs();
    List<Long> seeds = new ArrayList<>();
    Long only = Long.getLong("quorate.seed");
    if (only != null) {
      seeds.add(only);
    } else {
      long fresh = new SplittableRandom().nextLong();
      for (long i = 0; i < FIXED + FRESH; i++) {
        seeds.add(i < FIXED ? i : fresh + i);
      }
    }
    long began = System.nanoTime();
    List<Simulation.Result> results = runAll(seeds);
    System.out.println(summary(results, System.nanoTime() - began));
    List<Long> failed =
        results.stream()
            .filter(result -> !result.problem().isEmpty())
            .map(Simulation.Result::seed)
            .toList();
    assertEquals(List.of(), failed, "seeds with a broken promise");
  }

  private static List<Simulation.Result> runAll(List<Long> seeds)
      throws InterruptedException, ExecutionException {
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<Simulation.Result>> running = new ArrayList<>();
      for (long seed : seeds) {
        running.add(threads.submit(() -> run(seed)));
      }
      List<Simulation.Result> results = new ArrayList<>();
      for (Future<Simulation.Result> each : running) {
        results.add(each.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Runs one, and tells at once how it failed: of ten thousand the last is far away. */
  private static Simulation.Result run(long seed) {
    Simulation.Result result = Simulation.run(seed);
    if (!result.problem().isEmpty()) {
      System.out.println(result.problem());
    }
    return result;
  }

  private static String summary(List<Simulation.Result> results, long nanos) {
    long simulated = results.stream().mapToLong(Simulation.Result::nanos).sum();
    long operations = results.stream().mapToLong(Simulation.Result::operations).sum();
    long succeeded = results.stream().mapToLong(Simulation.Result::succeeded).sum();
    Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    for (Simulation.Result result : results) {
      result.faults().forEach((fault, count) -> faults.merge(fault, count, Integer::sum));
    }
    return String.format(
        "%d seeds in %.1f s: %.1f simulated hours, %d operations (%d succeeded), %d faults %s",
        results.size(),
        nanos / 1e9,
        simulated / 3600e9,
        operations,
        succeeded,
        faults.values().stream().mapToInt(Integer::intValue).sum(),
        faults);
  }

  @Test
  void twoRunsOfASeedAreOne() {
    Quiet.logs();
    for (long seed = 0; seed < 5; seed++) {
      assertEquals(Simulation.run(seed), Simulation.run(seed));
    }
  }
}
