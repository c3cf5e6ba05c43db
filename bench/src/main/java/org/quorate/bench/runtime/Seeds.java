package org.quorate.bench.runtime;

import java.security.SecureRandom;

/** Where chance comes from that no user has chosen. */
public final class Seeds {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Seeds() {}

  /** A seed short enough to be typed again: 0 to 999,999,999. */
  public static long fresh() {
    return RANDOM.nextInt(1_000_000_000);
  }

  /** A number for a run, never used before: 32 bits. */
  public static int run() {
    return RANDOM.nextInt();
  }
}
