package org.quorate.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.quorate.version.Key;

/** The key directory, with keys that are known. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DirectoryBenchmark {
  private static final int PARTITIONS = 16;

  @Param({"10000", "1000000"})
  private int keys;

  private Path path;
  private ChronicleDirectory directory;
  private Key[] names;
  private int turn;

  @Setup
  public void fill() throws IOException {
    path = Files.createTempDirectory("quorate-micro");
    directory = new ChronicleDirectory(path, PARTITIONS, 1, Runnable::run);
    directory.recovered(0);
    names = new Key[keys];
    for (int i = 0; i < keys; i++) {
      names[i] = Key.of("bench", "key-" + i);
      directory.put(partition(names[i]), names[i], null, at(i));
    }
  }

  @TearDown
  public void remove() throws IOException {
    directory.closeAt(0);
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(path);
  }

  private static int partition(Key key) {
    return (int) (key.hash() & (PARTITIONS - 1));
  }

  private static Location at(int offset) {
    return new Location(1, offset, 100, 0, offset, null);
  }

  private Key next() {
    turn = (turn + 7919) % keys;
    return names[turn];
  }

  @Benchmark
  public Location get() {
    Key key = next();
    return directory.get(partition(key), key);
  }

  @Benchmark
  public void put() {
    Key key = next();
    Location before = directory.get(partition(key), key);
    directory.put(partition(key), key, before, at(turn));
  }
}
