package org.quorate;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.quorate.membership.NameTakenException;
import org.quorate.repair.HintOptions;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.storage.CheckedFile;
import org.quorate.storage.DataDirectory;
import org.quorate.storage.Log;
import org.quorate.storage.LogOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quorate serve}: one node. */
@Command(
    name = "serve",
    description = "Run one node of a cluster.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  static final int DEFAULT_COPY_SHARE = 2;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      converter = Options.Name.class,
      description = "This node's name, unique in the cluster.")
  private String name = "";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Where this node keeps its data; made if it is not there.")
  private Path data = Path.of("");

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      converter = Options.Address.class,
      description = "Where clients are served. Default: 127.0.0.1:8080.")
  private HostPort http = new HostPort("127.0.0.1", 8080);

  @Option(
      names = "--peer",
      paramLabel = "HOST:PORT",
      converter = Options.Address.class,
      description = "Where other nodes are answered. Default: 127.0.0.1:7480.")
  private HostPort peer = new HostPort("127.0.0.1", 7480);

  @Option(
      names = "--advertise",
      paramLabel = "HOST:PORT",
      converter = Options.Address.class,
      description =
          "Where other nodes reach this one. Default: as --peer, or as --members has it where"
              + " --peer is 0.0.0.0.")
  private @Nullable HostPort advertise;

  @Option(
      names = "--members",
      paramLabel = "NAME=HOST:PORT[@ZONE],…",
      converter = Options.Members.class,
      description =
          "The first ring: the same list on each of its nodes. Ignored after the first start."
              + " Default: this node alone.")
  private Options.Members.@Nullable Value members;

  @Option(
      names = "--join",
      paramLabel = "HOST:PORT[,…]",
      split = ",",
      converter = Options.Address.class,
      description =
          "Members of a running cluster to ask to be let in, by a node that --members does not name."
              + " Ignored after the first start.")
  private @Nullable List<HostPort> join;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      converter = Options.Name.class,
      description = "The cluster's name; nodes of another are refused. Default: quorate.")
  private String cluster = "quorate";

  @Option(
      names = "--zone",
      paramLabel = "NAME",
      converter = Options.Name.class,
      description = "What may fail together with this node.")
  private String zone = "";

  @Option(
      names = "--partitions",
      paramLabel = "Q",
      description = "Slices of the key space, 1 to 4096, fixed at the first start. Default: 256.")
  private int partitions = 256;

  @Option(names = "--n", paramLabel = "N", description = "Owners of each key. Default: 3.")
  private @Nullable Integer n;

  @Option(
      names = "--r",
      paramLabel = "R",
      description = "Owners that answer a read: 1 to N, one, quorum, all. Default: quorum.")
  private String r = "quorum";

  @Option(
      names = "--w",
      paramLabel = "W",
      description = "Owners that store a write before its answer. Default: quorum.")
  private String w = "quorum";

  @Option(
      names = "--fsync",
      paramLabel = "POLICY",
      description = "When a write is synced: always, interval, never. Default: always.")
  private Log.Sync fsync = Log.Sync.ALWAYS;

  @Option(
      names = "--fsync-interval",
      paramLabel = "TIME",
      converter = Options.Span.class,
      description = "How often, with --fsync interval. Default: 100ms.")
  private Duration fsyncInterval = Duration.ofMillis(100);

  @Option(
      names = "--cache",
      paramLabel = "SIZE",
      converter = Options.Size.class,
      description = "Memory for cached values. Default: 64MiB.")
  private Long cache = 64L << 20;

  @Option(
      names = "--max-value",
      paramLabel = "SIZE",
      converter = Options.Size.class,
      description = "The longest value that is taken, at most 16MiB. Default: 1MiB.")
  private Long maxValue = 1L << 20;

  @Option(
      names = "--hints",
      paramLabel = "true|false",
      arity = "1",
      description =
          "Note what owners that are down lack, and send it when they are back. Default: true.")
  private boolean hints = true;

  @Option(
      names = "--anti-entropy-interval",
      paramLabel = "TIME",
      converter = Options.Span.class,
      description = "How often co-owners compare all that they hold, 10ms to 1h. Default: 1s.")
  private Duration antiEntropyInterval = Duration.ofSeconds(1);

  @Option(
      names = "--copy-share",
      paramLabel = "PERCENT",
      description =
          "How much of its time this node takes to copy what it is to own, and to forget what it"
              + " owns no more, 1 to 50. Default: 2.")
  private int copyShare = DEFAULT_COPY_SHARE;

  @Option(
      names = "--drain-delay",
      paramLabel = "TIME",
      converter = Options.Span.class,
      description =
          "How long a node that is to stop, and is not ready any more, goes on taking requests while"
              + " load balancers notice, 1ms to 60s. Default: 3s.")
  private Duration drainDelay = Duration.ofSeconds(3);

  @Override
  public Integer call() throws Exception {
    Warmup.start();
    try {
      DataDirectory directory = DataDirectory.open(data, cluster, name);
      return run(config(remembered(directory)), directory);
    } catch (CheckedFile.Damaged e) {
      System.err.println(
          "quorate: cannot start: " + e.getMessage() + "; --members or --join can stand in for it");
      return 1;
    } catch (DataDirectory.Unusable e) {
      System.err.println("quorate: " + e.getMessage());
      return e.isInUse() ? Main.EXIT_IN_USE : Main.EXIT_USAGE;
    } catch (IOException e) {
      throw bad("--data", data.toString(), "a directory that can be written: " + e);
    }
  }

  /** Where what was remembered is damaged, the options say again whom to ask. */
  private Optional<ClusterState> remembered(DataDirectory directory) throws IOException {
    try {
      return Server.remembered(directory);
    } catch (CheckedFile.Damaged e) {
      if (members == null && join == null) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static int run(NodeConfig config, DataDirectory directory) throws Exception {
    Ending ending = new Ending();
    ending.begin();
    try {
      Server.Running running =
          Server.start(config, directory).toCompletionStage().toCompletableFuture().get();
      ending.add(running);
      System.out.println("ready http=" + running.http() + " peer=" + running.peer());
    } catch (ExecutionException e) {
      ending.cancel();
      System.err.println("quorate: cannot start: " + rootMessage(e));
      boolean isUsage =
          e.getCause() instanceof NameTakenException
              || e.getCause() instanceof NotLetInException
              || e.getCause() instanceof ConfigurationException;
      return isUsage ? Main.EXIT_USAGE : 1;
    }
    return ending.await();
  }

  static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private CommandLine.ParameterException bad(String option, String value, String allowed) {
    CommandLine line = spec == null ? new CommandLine(this) : spec.commandLine();
    return new CommandLine.ParameterException(
        line, option + " " + value + " is not allowed; allowed is " + allowed);
  }

  /**
   * @param known what an earlier start wrote down, which counts more than options
   */
  private NodeConfig config(Optional<ClusterState> known) {
    List<HostPort> seeds = join == null ? List.of() : join;
    boolean joins = known.isEmpty() && !seeds.isEmpty() && !isListed();
    List<Member> given =
        members == null || joins
            ? List.of(new Member(name, (advertise == null ? peer : advertise).toString(), zone))
            : members.list();
    List<Member> list = known.map(ClusterState::nodes).orElse(given);
    String reached = (advertise == null ? listed(list) : advertise).toString();
    HostPort mine = HostPort.parse(reached);
    if (joins && (mine.port() == 0 || !mine.reachedAt("").equals(mine))) {
      throw bad("--advertise", reached, "an address that other nodes reach, with --join");
    }
    if (known.isEmpty() && list.stream().noneMatch(member -> member.name().equals(name))) {
      String names = String.join(",", list.stream().map(m -> m.name() + "=" + m.peer()).toList());
      throw bad("--members", names, "a list that names this node, " + name);
    }
    if (partitions < 1 || partitions > 4096) {
      throw bad("--partitions", String.valueOf(partitions), "1 to 4096");
    }
    if (known.isPresent() && n != null && n != known.get().copies()) {
      throw bad("--n", n.toString(), known.get().copies() + ", as at the first start");
    }
    if (joins && n != null) {
      throw bad("--n", n.toString(), "only without --join: the cluster has its own");
    }
    int usual = Math.min(3, list.size());
    int owners = n == null ? known.map(ClusterState::copies).orElse(usual) : n;
    if (known.isEmpty() && !joins && (owners < 1 || owners > list.size())) {
      throw bad("--n", String.valueOf(owners), "1 to the number of members, " + list.size());
    }
    if (maxValue < 1 || maxValue > 16 << 20) {
      throw bad("--max-value", maxValue + "B", "1B to 16MiB");
    }
    long compareMillis = antiEntropyInterval.toMillis();
    if (compareMillis < 10 || compareMillis > 3_600_000) {
      throw bad("--anti-entropy-interval", compareMillis + "ms", "10ms to 1h");
    }
    if (copyShare < 1 || copyShare > 50) {
      throw bad("--copy-share", String.valueOf(copyShare), "1 to 50");
    }
    if (drainDelay.compareTo(Duration.ofSeconds(60)) > 0) {
      throw bad("--drain-delay", drainDelay.toMillis() + "ms", "1ms to 60s");
    }
    return new NodeConfig(
        cluster,
        name,
        zone,
        data,
        http.toString(),
        peer.toString(),
        reached,
        http.reachedAt(HostPort.parse(reached).host()).toString(),
        joins ? List.of() : list,
        seeds.stream().map(HostPort::toString).toList(),
        known.map(state -> state.ring().slots()).orElse(partitions),
        owners,
        quorum("--r", r, joins ? Integer.MAX_VALUE : owners),
        quorum("--w", w, joins ? Integer.MAX_VALUE : owners),
        LogOptions.standard(fsync),
        HintOptions.standard(hints),
        fsyncInterval,
        antiEntropyInterval,
        copyShare,
        cache,
        maxValue.intValue(),
        drainDelay,
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }

  private boolean isListed() {
    return members != null && members.list().stream().anyMatch(each -> each.name().equals(name));
  }

  /** Where {@code --peer} names no host, the list of members does. */
  private HostPort listed(List<Member> list) {
    return list.stream()
        .filter(member -> member.name().equals(name))
        .findAny()
        .map(member -> peer.reachedAt(HostPort.parse(member.peer()).host()))
        .orElse(peer);
  }

  /**
   * @param most owners of a key, as far as it is known
   */
  private IntUnaryOperator quorum(String option, String value, int most) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "one" -> n -> 1;
      case "quorum" -> n -> n / 2 + 1;
      case "all" -> n -> n;
      default -> {
        boolean isNumber = value.matches("[0-9]{1,3}");
        if (!isNumber || Integer.parseInt(value) < 1 || Integer.parseInt(value) > most) {
          throw bad(option, value, "1 to n=" + most + ", one, quorum, all");
        }
        yield n -> Integer.parseInt(value);
      }
    };
  }
}
