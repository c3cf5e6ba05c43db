package org.quorate;

import picocli.CommandLine.Option;

/** The options of commands that ask a running cluster. */
final class Reach {
  /** How an answer is written. */
  enum Output {
    /** For the eye. */
    TEXT,
    /** For scripts. */
    JSON
  }

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      converter = Options.Address.class,
      description = "Where a node of the cluster serves clients. Default: 127.0.0.1:8080.")
  private HostPort http = new HostPort("127.0.0.1", 8080);

  @Option(
      names = {"-o", "--output"},
      paramLabel = "text|json",
      description = "How the answer is written. Default: text.")
  private Output output = Output.TEXT;

  String address() {
    return http.reachedAt("127.0.0.1").toString();
  }

  boolean isJson() {
    return output == Output.JSON;
  }
}
