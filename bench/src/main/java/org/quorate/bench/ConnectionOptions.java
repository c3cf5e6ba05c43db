package org.quorate.bench;

import picocli.CommandLine.Option;

/** How many requests at once. */
final class ConnectionOptions {
  @Option(
      names = "--connections",
      paramLabel = "NUMBER",
      description = "Requests at once, over all targets, 1 to 10000. Default: 64.")
  int connections = 64;

  @Option(
      names = "--threads",
      paramLabel = "NUMBER",
      description = "Event loops of this tool, 1 to 64. Default: 1.")
  int threads = 1;

  @Option(
      names = "--tries",
      paramLabel = "NUMBER",
      description =
          "How often a request is sent, on another connection if one is idle, before it counts as failed,"
              + " 1 to 10. Default: 1.")
  int tries = 1;

  void check() {
    require("--tries", tries, 10);
    require("--connections", connections, 10_000);
    require("--threads", threads, Math.min(64, connections));
  }

  private static void require(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(option + " '" + value + "' is not 1 to " + most);
    }
  }
}
