package org.quorate.testing;

import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/** Runs a property for many seeds; a failure names the seed, and -Dquorate.seed=… repeats it. */
public final class Seeds {
  private static final Long ONLY = Long.getLong("quorate.seed");
  private static final int COUNT = Integer.getInteger("quorate.property.seeds", 200);

  private Seeds() {}

  /** A fresh seed, or the one to be repeated; a test that uses it names it when it fails. */
  public static long one() {
    return ONLY != null ? ONLY : new SplittableRandom().nextLong();
  }

  public static void forEach(LongConsumer property) {
    long fresh = new SplittableRandom().nextLong();
    for (int i = 0; i < (ONLY == null ? COUNT : 1); i++) {
      long seed = ONLY != null ? ONLY : i < COUNT / 2 ? i : fresh + i;
      try {
        property.accept(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("failed with -Dquorate.seed=" + seed, e);
      }
    }
  }
}
