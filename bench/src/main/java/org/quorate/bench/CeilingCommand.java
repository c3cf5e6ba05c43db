package org.quorate.bench;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves the bare server until the process is ended. */
@Command(
    name = "ceiling",
    description = {
      "Serve PUT, GET and DELETE of any path from a map in memory: an HTTP server of the library that",
      "Quorate is built on, without quorums or a disk. Nothing built on it can be faster. Load it",
      "with 'run' to see what this tool can do."
    },
    mixinStandardHelpOptions = true)
final class CeilingCommand implements Callable<Integer> {
  @Option(names = "--port", paramLabel = "PORT", description = "0 for any. Default: 9090.")
  private int port = 9090;

  @Override
  public Integer call() throws Exception {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("--port '" + port + "' is not 0 to 65535");
    }
    System.out.println("ready http=127.0.0.1:" + new BareServer().start(port));
    new CountDownLatch(1).await();
    return 0;
  }
}
