package org.quorate;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The command line. */
@Command(
    name = "quorate",
    description =
        "A leaderless, durable key-value store with tunable quorums, spoken to over HTTP.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DevCommand.class,
      ServeCommand.class,
      StatusCommand.class,
      RingCommand.class,
      ChangeCommand.Join.class,
      ChangeCommand.Leave.class,
      ChangeCommand.Replace.class,
      ChangeCommand.Abort.class,
      ChangeCommand.Force.class,
      DrainCommand.class
    },
    footer = {
      "",
      "Each option can also be given as an environment variable: --fsync-interval as",
      "QUORATE_FSYNC_INTERVAL; an option on the command line wins. @FILE reads options",
      "from a file."
    })
public final class Main implements Runnable {
  /** Bad options. */
  static final int EXIT_USAGE = 2;

  /** The data directory is in use. */
  static final int EXIT_IN_USE = 3;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  public static void main(String[] args) {
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.disk.monitor.disable", "true");
    System.setProperty("vertx.disableTCCL", "true");
    System.setProperty("vertx.disableContextTimings", "true");
    System.setProperty("io.netty.leakDetection.level", "disabled");
    System.setProperty("io.netty.buffer.checkBounds", "false");
    System.setProperty("io.netty.buffer.checkAccessible", "false");
    int exit = commandLine().execute(args);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setDefaultValueProvider(new FromEnvironment());
    line.setParameterExceptionHandler(Main::usageError);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  /** One line: the option, its value, what is allowed. */
  private static int usageError(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    String message = String.valueOf(e.getMessage());
    err.println("quorate: " + message.lines().findFirst().orElse("bad arguments"));
    return EXIT_USAGE;
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }

  /** {@code --fsync-interval} is {@code QUORATE_FSYNC_INTERVAL}; an empty one counts as none. */
  static final class FromEnvironment implements IDefaultValueProvider {
    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
      if (!argument.isOption()) {
        return null;
      }
      String longest =
          Arrays.stream(((OptionSpec) argument).names())
              .filter(name -> name.startsWith("--"))
              .findFirst()
              .orElse("");
      String variable = "QUORATE_" + longest.replaceFirst("^--", "").replace('-', '_');
      String value = System.getenv(variable.toUpperCase(Locale.ROOT));
      return value == null || value.isEmpty() ? null : value;
    }
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"quorate " + (version == null ? "development" : version)};
    }
  }
}
