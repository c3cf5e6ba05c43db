package org.quorate.bench.drive;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.measure.Interval;
import org.quorate.bench.measure.Timeline;
import org.quorate.bench.runtime.Clock;
import org.quorate.bench.runtime.EventLoops;
import org.quorate.bench.staleness.Freshness;
import org.quorate.bench.staleness.ReplicaTimes;

/** Carries out plans, one after the other, on some event loops. */
public final class Runner implements AutoCloseable {
  private final Vertx vertx;
  private final List<ContextInternal> contexts = new ArrayList<>();
  private final Clock clock;
  private volatile List<Loop> running = List.of();
  private volatile boolean isStopped;
  private volatile long zero;
  private volatile long stopped = Long.MAX_VALUE;

  /** No target could be reached, or none any more. */
  public static final class UnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreachableException(String message) {
      super(message);
    }
  }

  public Runner(int threads, Clock clock) {
    this.clock = clock;
    this.vertx = EventLoops.start(threads + 1);
    for (int i = 0; i < threads; i++) {
      contexts.add(((VertxInternal) vertx).createEventLoopContext());
    }
  }

  /**
   * Carries out a plan and waits for its end.
   *
   * @throws UnreachableException if no connection could be opened
   */
  public Timeline run(Plan plan) {
    zero = 0;
    Timeline timeline = new Timeline();
    Plan counted = plan.with(new Counting(plan.progress(), timeline));
    List<Loop> loops = new ArrayList<>();
    List<Future<Integer>> opened = new ArrayList<>();
    for (int i = 0; i < contexts.size(); i++) {
      int index = i;
      int share = Math.max(1, (plan.connections() + i) / contexts.size());
      Loop loop = call(i, () -> new Loop(counted, index, share, contexts.get(index), clock));
      loops.add(loop);
      opened.add(on(i, loop::open));
    }
    int open = opened.stream().mapToInt(Runner::join).sum();
    if (open == 0) {
      throw new UnreachableException("no connection to " + plan.route().lanes());
    }
    long collectedBefore = collectedMillis();
    zero = clock.nanos();
    running = loops;
    List<Future<Void>> over = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      over.add(on(i, () -> loop.run(zero)));
    }
    if (isStopped) {
      stop();
    }
    over.forEach(Runner::join);
    running = List.of();
    double seconds = Math.min(plan.end(), Math.min(stopped, clock.nanos()) - zero) / 1e9;
    double collected = (collectedMillis() - collectedBefore) / 1e3 / seconds;
    timeline.finish(Math.max(1e-9, seconds - plan.warmUp() / 1e9), collected);
    return timeline;
  }

  private record Counting(Plan.Progress progress, Timeline timeline) implements Plan.Progress {
    @Override
    public void interval(Interval interval) {
      timeline.add(interval);
      progress.interval(interval);
    }

    @Override
    public void read(Operation operation, long began, long ended, byte @Nullable [][] values) {
      progress.read(operation, began, ended, values);
    }
  }

  /**
   * Probes how soon writes are seen until it is closed, on a loop of its own.
   *
   * @param probers that work at once
   * @param warmUp what comes before does not count, nanoseconds
   */
  public AutoCloseable probe(
      Prober.Setup setup,
      int probers,
      long warmUp,
      long seed,
      Freshness freshness,
      ReplicaTimes times) {
    ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
    SplittableRandom random = new SplittableRandom(seed);
    long from = clock.nanos() + warmUp;
    List<Prober> all = new ArrayList<>();
    for (int i = 0; i < probers; i++) {
      all.add(new Prober(setup.named(i), context, clock, from, random.split(), freshness, times));
    }
    context.runOnContext(now -> all.forEach(Prober::start));
    return () -> {
      Promise<Void> stopped = Promise.promise();
      context.runOnContext(
          now ->
              Future.all(all.stream().map(Prober::stop).toList())
                  .<Void>mapEmpty()
                  .onComplete(stopped));
      join(stopped.future());
    };
  }

  /** Nanoseconds since the run that is going on began; -1 before it did. */
  public long now() {
    long start = zero;
    return start == 0 ? -1 : clock.nanos() - start;
  }

  /** Ends what runs, and whatever would run after it, before its time. */
  public void stop() {
    isStopped = true;
    stopped = clock.nanos();
    List<Loop> loops = running;
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      contexts.get(i).runOnContext(now -> loop.stop());
    }
  }

  public boolean isStopped() {
    return isStopped;
  }

  private <T> T call(int index, Callable<T> body) {
    return join(
        on(
            index,
            () -> {
              try {
                return Future.succeededFuture(body.call());
              } catch (Exception e) {
                return Future.failedFuture(e);
              }
            }));
  }

  private <T> Future<T> on(int index, Supplier<Future<T>> body) {
    Promise<T> promise = Promise.promise();
    contexts.get(index).runOnContext(now -> body.get().onComplete(promise));
    return promise.future();
  }

  private static <T> T join(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static long collectedMillis() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
