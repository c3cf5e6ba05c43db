package org.quorate.storage;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.quorate.replica.Layout;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.runtime.Clock;
import org.quorate.runtime.VertxLoop;
import org.quorate.testing.HeapDirectory;
import org.quorate.version.Key;

/** Appends of 1 KiB, 64 at once, until all are durable as the log promises. Per append. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogBenchmark {
  private static final int BATCH = 64;
  private static final int SEGMENT_BYTES = 64 << 20;

  @Param({"ALWAYS", "NEVER"})
  private Log.Sync sync;

  private final byte[] body = new byte[1024];
  private final Key key = Key.of("bench", "key-1");
  private final Outline outline = new Outline(0, 1, null);
  private final List<ExecutorService> threads = new ArrayList<>();
  private Path path;
  private Vertx vertx;
  private VertxLoop loop;
  private Log log;

  private static Layout layout() {
    return new Layout(ClusterState.first(List.of(new Member("n1", "n1:1", "")), 1, 1));
  }

  @Setup
  public void open() throws IOException {
    path = Files.createTempDirectory("quorate-micro");
    vertx = Vertx.vertx();
    loop = new VertxLoop(vertx, vertx.getOrCreateContext(), Clock.SYSTEM, LogBenchmark::fail);
    Disk disk = new FileDisk(path);
    Recovery.Result found = new Recovery(disk, new HeapDirectory(), layout()).run();
    log =
        new Log(
            disk,
            new LogOptions(sync, SEGMENT_BYTES, 1, 1L << 40),
            found.segments(),
            thread(),
            thread(),
            thread(),
            Clock.SYSTEM,
            new StorageMetrics(new SimpleMeterRegistry()),
            LogBenchmark::fail);
  }

  private ExecutorService thread() {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    threads.add(thread);
    return thread;
  }

  private static void fail(Throwable e) {
    e.printStackTrace();
    Runtime.getRuntime().halt(1);
  }

  @TearDown
  public void close() throws IOException, InterruptedException {
    log.close();
    for (ExecutorService thread : threads) {
      thread.shutdown();
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IOException("a thread of the log does not end");
      }
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(path);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void append() throws InterruptedException {
    CountDownLatch left = new CountDownLatch(BATCH);
    loop.execute(
        () -> {
          for (int i = 0; i < BATCH; i++) {
            log.append(loop, RecordFormat.STATE, key, body, outline)
                .onComplete(done -> left.countDown());
          }
        });
    left.await();
  }
}
