package org.quorate.micro;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Siblings;
import org.quorate.version.SiblingsCodec;
import org.quorate.version.Version;

/** A key's state with some siblings of 1 KiB: merging it with another, writing and reading it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SiblingsBenchmark {
  @Param({"1", "3"})
  private int siblings;

  private Siblings here;
  private Siblings there;
  private byte[] encoded;

  @Setup
  public void make() {
    here = Siblings.EMPTY;
    for (int actor = 1; actor <= siblings; actor++) {
      here = here.write(CausalContext.EMPTY, version(actor, 1));
    }
    there = here.write(here.context().only(1), version(1, 2));
    encoded = SiblingsCodec.encode(here);
  }

  private static Version version(long actor, long counter) {
    return new Version(new Dot(actor, counter), 0, false, List.of(), new byte[1024]);
  }

  @Benchmark
  public Siblings merge() {
    return here.merge(there);
  }

  @Benchmark
  public byte[] encode() {
    return SiblingsCodec.encode(here);
  }

  @Benchmark
  public Siblings decode() {
    return SiblingsCodec.decode(encoded);
  }
}
