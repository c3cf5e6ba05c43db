package org.quorate.it;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real node: the built jar in a process of its own. */
public final class NodeProcess implements AutoCloseable {
  private static final Path JAR = Path.of("..", "node", "target", "quorate.jar");

  private final Path data;
  private final List<String> options;
  private final Map<String, String> environment;
  private Process process;
  public final int http;

  private NodeProcess(Path data, int http, List<String> options, Map<String, String> environment) {
    this.environment = environment;
    this.data = data;
    this.http = http;
    this.options = options;
  }

  /** Nodes n1, n2, … of one cluster, all started and ready. */
  public static List<NodeProcess> cluster(Path root, int count, String... more) throws Exception {
    return cluster(root, count, Map.of(), more);
  }

  /** The same, with these environment variables. */
  static List<NodeProcess> cluster(
      Path root, int count, Map<String, String> environment, String... more) throws Exception {
    int[] ports = freePorts(2 * count);
    List<String> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add("n" + (i + 1) + "=127.0.0.1:" + ports[count + i]);
    }
    List<NodeProcess> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> options = new ArrayList<>(List.of("serve", "--name", "n" + (i + 1)));
      options.addAll(List.of("--http", "127.0.0.1:" + ports[i]));
      options.addAll(List.of("--peer", "127.0.0.1:" + ports[count + i]));
      options.addAll(List.of("--members", String.join(",", members)));
      options.addAll(List.of(more));
      nodes.add(new NodeProcess(root.resolve("n" + (i + 1)), ports[i], options, environment));
    }
    for (NodeProcess node : nodes) {
      node.launch();
    }
    for (NodeProcess node : nodes) {
      node.awaitReady();
    }
    for (NodeProcess node : nodes) {
      Await.eventually(node::canServeAll);
    }
    return nodes;
  }

  /** A node is ready before it has met the others; until then it answers for nothing. */
  private boolean canServeAll() throws Exception {
    JsonObject cluster = new JsonObject(Http.get(url("/v1/cluster")).text());
    Integer ok = cluster.getJsonObject("partitionStates").getInteger("ok");
    JsonObject repair = new JsonObject(Http.get(url("/v1/cluster/repair")).text());
    return ok.equals(cluster.getInteger("partitions"))
        && repair.getJsonArray("refilling").isEmpty();
  }

  /** A node that asks another to be let in; not started yet. */
  static NodeProcess joining(Path root, String name, NodeProcess seed) throws Exception {
    int[] ports = freePorts(2);
    List<String> options = new ArrayList<>(List.of("serve", "--name", name));
    options.addAll(List.of("--http", "127.0.0.1:" + ports[0]));
    options.addAll(List.of("--peer", "127.0.0.1:" + ports[1]));
    options.addAll(List.of("--join", seed.peer()));
    return new NodeProcess(root.resolve(name), ports[0], options, Map.of());
  }

  String name() {
    return options.get(options.indexOf("--name") + 1);
  }

  /** Where other nodes reach it. */
  String peer() {
    return options.get(options.indexOf("--peer") + 1);
  }

  /** Below those of outgoing connections, of which one could take a port before the node does. */
  public static int[] freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    while (held.size() < count) {
      try {
        held.add(new ServerSocket(ThreadLocalRandom.current().nextInt(10_000, 32_768)));
      } catch (BindException taken) {
        // Another is tried.
      }
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    return held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
  }

  static List<String> java(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Many start on few cores: less work for the compilers, which these tests do not measure.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-Xmx256m", "-ea", "-jar", JAR.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Starts the process without waiting for it. */
  public void launch() throws IOException {
    List<String> command = java(options.toArray(new String[0]));
    command.addAll(List.of("--data", data.toString()));
    Files.createDirectories(data);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().put("QUORATE_COPY_SHARE", "50"); // As soon as it can be.
    builder.environment().putAll(environment);
    process = builder.start();
  }

  public void awaitReady() throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null || !line.startsWith("ready http=127.0.0.1:" + http + " peer=")) {
      throw new AssertionError("not ready: " + line + "\n" + Files.readString(log()));
    }
  }

  public void start() throws IOException {
    launch();
    awaitReady();
  }

  /** Starts it as an operator may who trusts that the data directory remembers the cluster. */
  public void startWithoutMembers() throws IOException {
    int at = options.indexOf("--members");
    options.subList(at, at + 2).clear();
    start();
  }

  public Path log() {
    return data.resolveSibling(data.getFileName() + ".log");
  }

  public Path data() {
    return data;
  }

  public long pid() {
    return process.pid();
  }

  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Ends it as an operator would, and returns its exit code. */
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("not stopped in 30 s");
    }
    return process.exitValue();
  }

  /** Whether the socket with this inode is the process's. */
  public boolean owns(String inode) {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return descriptors.anyMatch(fd -> isLinkTo(fd, "socket:[" + inode + "]"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isLinkTo(Path link, String target) {
    try {
      return Files.readSymbolicLink(link).toString().equals(target);
    } catch (IOException e) {
      return false;
    }
  }

  boolean isStarted() {
    return process != null;
  }

  /** Whether it serves clients. */
  boolean answers() {
    try {
      return Http.get(url("/livez")).status() == 200;
    } catch (Exception e) {
      return false;
    }
  }

  /** The exit code, -1 while it runs, and before it is started. */
  public int exit() {
    return process == null || process.isAlive() ? -1 : process.exitValue();
  }

  public void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + http + path;
  }

  @Override
  public void close() throws Exception {
    if (process != null && process.isAlive()) {
      signal("CONT");
      kill();
    }
  }
}
