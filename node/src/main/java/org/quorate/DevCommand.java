package org.quorate;

import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.quorate.repair.HintOptions;
import org.quorate.ring.Member;
import org.quorate.storage.DataDirectory;
import org.quorate.storage.Log;
import org.quorate.storage.LogOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quorate dev}: a whole cluster in one process, to try things. */
@Command(
    name = "dev",
    description = "Run a small cluster in one process, to try Quorate.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false)
final class DevCommand implements Callable<Integer> {
  private static final int PEER_PORT_OFFSET = 600;
  private static final Duration DRAIN_DELAY = Duration.ofMillis(1);

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Option(names = "--nodes", paramLabel = "COUNT", description = "1 to 9 nodes. Default: 3.")
  private int nodes = 3;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "The first node's port; the others follow. Default: 8080.")
  private int httpPort = 8080;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keep data here. Default: a new temporary directory.")
  private @Nullable Path data;

  @Override
  public Integer call() throws Exception {
    Warmup.start();
    if (nodes < 1 || nodes > 9) {
      throw bad("--nodes", nodes, "1 to 9");
    }
    if (httpPort < 1024 || httpPort > 65_000) {
      throw bad("--http-port", httpPort, "1024 to 65000");
    }
    Path root = data == null ? Files.createTempDirectory("quorate-dev-") : data;
    List<Member> members =
        IntStream.range(0, nodes)
            .mapToObj(i -> new Member("n" + (i + 1), "127.0.0.1:" + peerPort(i), ""))
            .toList();
    List<Future<Server.Running>> starting = new ArrayList<>();
    try {
      for (int i = 0; i < nodes; i++) {
        NodeConfig config = config(root, members, i);
        DataDirectory directory =
            DataDirectory.open(config.data(), config.cluster(), config.name());
        starting.add(Server.start(config, directory).onSuccess(DevCommand::announce));
      }
    } catch (DataDirectory.Unusable e) {
      System.err.println("quorate: " + e.getMessage());
      return e.isInUse() ? Main.EXIT_IN_USE : Main.EXIT_USAGE;
    }
    return run(starting);
  }

  private static void announce(Server.Running running) {
    System.out.println("ready http=" + running.http() + " peer=" + running.peer());
  }

  private static int run(List<Future<Server.Running>> starting) throws Exception {
    Ending ending = new Ending();
    ending.begin();
    try {
      Future.all(starting).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      ending.cancel();
      System.err.println("quorate: cannot start: " + ServeCommand.rootMessage(e));
      return 1;
    }
    starting.forEach(one -> ending.add(one.result()));
    return ending.await();
  }

  private int peerPort(int node) {
    return httpPort - PEER_PORT_OFFSET + node;
  }

  private NodeConfig config(Path root, List<Member> members, int node) {
    Member member = members.get(node);
    int owners = Math.min(3, nodes);
    return new NodeConfig(
        "dev",
        member.name(),
        "",
        root.resolve(member.name()),
        "127.0.0.1:" + (httpPort + node),
        member.peer(),
        member.peer(),
        "127.0.0.1:" + (httpPort + node),
        members,
        List.of(),
        256,
        owners,
        n -> n / 2 + 1,
        n -> n / 2 + 1,
        LogOptions.standard(Log.Sync.ALWAYS),
        HintOptions.standard(true),
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        ServeCommand.DEFAULT_COPY_SHARE,
        32L << 20,
        1 << 20,
        DRAIN_DELAY,
        1);
  }

  private CommandLine.ParameterException bad(String option, int value, String allowed) {
    CommandLine line = spec == null ? new CommandLine(this) : spec.commandLine();
    return new CommandLine.ParameterException(
        line, option + " " + value + " is not allowed; allowed is " + allowed);
  }
}
