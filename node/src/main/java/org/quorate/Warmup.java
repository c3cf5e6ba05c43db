package org.quorate;

import org.quorate.storage.ChronicleDirectory;
import org.slf4j.LoggerFactory;

/** Loads on another core, while the node reads its options, what it will need a moment later. */
final class Warmup {
  private Warmup() {}

  /**
   * The log is made first: what two threads log while one of them makes it comes with a warning.
   */
  static void start() {
    LoggerFactory.getILoggerFactory();
    Thread thread = new Thread(ChronicleDirectory::load, "warm-up");
    thread.setDaemon(true);
    thread.start();
  }
}
