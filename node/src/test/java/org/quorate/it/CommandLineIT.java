package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line, as a user meets it. */
class CommandLineIT {
  @TempDir Path root;

  private record Run(int exit, String out, String err) {}

  private Run run(Map<String, String> environment, String... arguments) throws Exception {
    Path out = Files.createTempFile(root, "out", "");
    Path err = Files.createTempFile(root, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(NodeProcess.java(arguments))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--http nonsense|--http|nonsense|HOST:PORT",
        "--http 127.0.0.1:99999|--http|99999|65535",
        "--fsync sometimes|--fsync|sometimes|ALWAYS",
        "--fsync-interval 5|--fsync-interval|5|ms or s",
        "--anti-entropy-interval 5ms|--anti-entropy-interval|5ms|10ms to 1h",
        "--copy-share 60|--copy-share|60|1 to 50",
        "--cache lots|--cache|lots|MiB",
        "--max-value 17MiB|--max-value|B|16MiB",
        "--partitions 0|--partitions|0|1 to 4096",
        "--n 2|--n|2|1 to the number of members",
        "--r 2|--r|2|quorum",
        "--members n2=127.0.0.1:1|--members|n2|NAME=HOST:PORT",
        "--members n1=127.0.0.1:7480,n3=127.0.0.1:7480|--members|n3|each address once",
        "--join 127.0.0.1:7480,a^b:7480|--join|a^b|HOST:PORT",
        "--zone a/b|--zone|a/b|characters",
        "--join 127.0.0.1:7480 --members n9=127.0.0.1:7480 --n 3|--n|3|the cluster has its own",
        "--join 127.0.0.1:7480 --peer 0.0.0.0:7481|--advertise|0.0.0.0:7481|other nodes reach",
        "--colour red|--colour|--colour|Unknown option"
      })
  void aBadOptionIsOneLineThatNamesItAndWhatIsAllowed(
      String options, String option, String value, String allowed) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("serve", "--name", "n1", "--data", root.resolve("d").toString()));
    arguments.addAll(List.of(options.split(" ")));
    Run run = run(Map.of(), arguments.toArray(new String[0]));
    assertEquals(2, run.exit(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    for (String part : List.of(option, value)) {
      assertTrue(run.err().contains(part), run.err());
    }
    assertTrue(run.err().contains(allowed) || option.equals("--members"), run.err());
  }

  @Test
  void helpAndVersionReadWell() throws Exception {
    Run help = run(Map.of(), "--help");
    assertEquals(0, help.exit());
    assertTrue(help.out().contains("serve") && help.out().contains("dev"), help.out());
    Run serve = run(Map.of(), "serve", "--help");
    assertTrue(serve.out().contains("--fsync-interval"), serve.out());
    Run version = run(Map.of(), "--version");
    assertTrue(version.out().matches("quorate [0-9.]+\\s+"), version.out());
    assertEquals(2, run(Map.of(), "serve").exit());
  }

  @Test
  void environmentVariablesAndFilesGiveOptions() throws Exception {
    Run bad = run(Map.of("QUORATE_FSYNC", "sometimes"), "serve", "--name", "n1", "--data", "x");
    assertEquals(2, bad.exit());
    assertTrue(bad.err().contains("sometimes"), bad.err());
    Path file = root.resolve("options");
    Files.writeString(file, "--name n1 --cache lots\n--data x\n", StandardCharsets.UTF_8);
    Run fromFile = run(Map.of(), "serve", "@" + file);
    assertEquals(2, fromFile.exit());
    assertTrue(fromFile.err().contains("lots"), fromFile.err());
  }

  @Test
  void aDataDirectoryInUseIsLeftAlone() throws Exception {
    List<NodeProcess> nodes = NodeProcess.cluster(root, 1);
    try (NodeProcess node = nodes.get(0)) {
      Run second =
          run(
              Map.of(),
              "serve",
              "--name",
              "n1",
              "--data",
              node.data().toString(),
              "--http",
              "127.0.0.1:0");
      assertEquals(3, second.exit(), second.err());
      assertEquals(1, second.err().lines().filter(line -> line.startsWith("quorate:")).count());
      assertEquals(204, Http.put(node.url("/v1/kv/b/k"), "x").status());
    }
  }

  @Test
  void sigtermDrainsAndExitsZeroAndNothingIsLost() throws Exception {
    List<NodeProcess> nodes = NodeProcess.cluster(root, 1);
    try (NodeProcess node = nodes.get(0)) {
      for (int i = 0; i < 50; i++) {
        Http.put(node.url("/v1/kv/b/k" + i), "v" + i);
      }
      assertEquals(0, node.stop());
      node.start();
      for (int i = 0; i < 50; i++) {
        assertEquals("v" + i, Http.get(node.url("/v1/kv/b/k" + i)).text());
      }
    }
  }

  /** Chronicle would like to report its use: the node talks to its peers and to nobody else. */
  @Test
  void aNodeOpensNoConnectionButToItsPeers() throws Exception {
    List<NodeProcess> nodes = NodeProcess.cluster(root, 2);
    try (NodeProcess node = nodes.get(0);
        NodeProcess other = nodes.get(1)) {
      Http.put(node.url("/v1/kv/b/k?w=all"), "x");
      for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + node.pid() + "/net/" + table))) {
          lines
              .skip(1)
              .map(line -> line.strip().split("\\s+"))
              .filter(columns -> node.owns(columns[9]))
              .forEach(columns -> assertTrue(isLoopbackOrNone(columns[2]), columns[2]));
        }
      }
    }
  }

  private static boolean isLoopbackOrNone(String address) {
    String host = address.substring(0, address.indexOf(':'));
    return host.endsWith("0100007F") || host.matches("0+");
  }
}
