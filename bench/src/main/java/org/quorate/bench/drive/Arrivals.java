package org.quorate.bench.drive;

import java.util.SplittableRandom;

/**
 * The schedule of an open loop: when requests are intended, whatever became of those before. It is
 * computed as it is needed, so a backlog takes no memory.
 */
public final class Arrivals {
  private final double perNano;
  private final SplittableRandom random;
  private final boolean isPoisson;
  private final long stride;
  private long count;
  private double next;

  private Arrivals(
      double perSecond, boolean isPoisson, SplittableRandom random, long first, long stride) {
    this.perNano = perSecond / 1e9;
    this.isPoisson = isPoisson;
    this.random = random;
    this.stride = stride;
    this.count = first;
    this.next = isPoisson ? gap() : first / perNano;
  }

  /**
   * One of several loops that together keep equal distances.
   *
   * @param perSecond of all loops
   * @param loop 0 to loops - 1
   */
  public static Arrivals constant(double perSecond, int loop, int loops) {
    return new Arrivals(perSecond, false, new SplittableRandom(0), loop, loops);
  }

  /**
   * One of several loops that together are a Poisson process: the sum of such is one.
   *
   * @param perSecond of all loops
   */
  public static Arrivals poisson(double perSecond, int loops, SplittableRandom random) {
    return new Arrivals(perSecond / loops, true, random, 0, 1);
  }

  /** When the next request is intended, nanoseconds since the run began. */
  public long next() {
    return (long) next;
  }

  public void advance() {
    count += stride;
    next = isPoisson ? next + gap() : count / perNano;
  }

  private double gap() {
    return -Math.log(1 - random.nextDouble()) / perNano;
  }
}
