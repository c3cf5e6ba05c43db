package org.quorate.micro;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.quorate.merkle.Tree;

/** What a write costs a partition's hash tree, and what a comparison of roots costs after one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TreeBenchmark {
  private final Tree tree = new Tree();
  private final SplittableRandom random = new SplittableRandom(1);

  @Benchmark
  public void change() {
    tree.change(random.nextLong(), 0, random.nextLong());
  }

  @Benchmark
  public long changeAndRoot() {
    change();
    return tree.root();
  }
}
