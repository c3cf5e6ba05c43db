package org.quorate.runtime;

import java.security.SecureRandom;

/** Random bits. */
public interface Randomness {
  /** Unpredictable bits from the system: two nodes never draw the same ids. */
  static Randomness secure() {
    return new SecureRandom()::nextLong;
  }

  /** 64 random bits. */
  long nextLong();
}
