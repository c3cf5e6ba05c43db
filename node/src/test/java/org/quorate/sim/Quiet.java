package org.quorate.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Silences what thousands of simulated nodes would log, unless one seed is looked at. */
final class Quiet {
  private Quiet() {}

  static void logs() {
    if (Long.getLong("quorate.seed") == null) {
      ((Logger) LoggerFactory.getLogger("org.quorate")).setLevel(Level.OFF);
    }
  }
}
