package org.quorate;

import org.quorate.storage.ChronicleDirectory;

/** Loads on another core, while the node reads its options, what it will need a moment later. */
final class Warmup {
  private Warmup() {}

  static void start() {
    Thread thread = new Thread(ChronicleDirectory::load, "warm-up");
    thread.setDaemon(true);
    thread.start();
  }
}
