package org.quorate.bench;

import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Runner.UnreachableException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the load tool. */
@Command(
    name = "quorate-bench",
    description = "Loads a store, measures it honestly, and judges its consistency.",
    mixinStandardHelpOptions = true,
    version = "quorate-bench 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      LoadCommand.class,
      RunCommand.class,
      FindMaxCommand.class,
      CompareCommand.class,
      ReportCommand.class,
      CeilingCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:consistency is violated",
      "2:a threshold of --fail-if is passed",
      "3:inconclusive: too little could be measured or read back",
      "4:bad options"
    })
public final class Main implements Runnable {
  static final int EXIT_VIOLATED = 1;
  static final int EXIT_THRESHOLD = 2;
  static final int EXIT_INCONCLUSIVE = 3;
  static final int EXIT_USAGE = 4;

  @Spec private @Nullable CommandSpec spec;

  public static void main(String[] args) {
    System.setProperty("vertx.disableTCCL", "true");
    System.setProperty("vertx.disableContextTimings", "true");
    System.setProperty("io.netty.leakDetection.level", "disabled");
    System.setProperty("io.netty.buffer.checkBounds", "false");
    System.setProperty("io.netty.buffer.checkAccessible", "false");
    // So that there is a console where there is a terminal, and only there, in each JDK.
    System.setProperty("jdk.console", "java.base");
    Interruption interruption = new Interruption();
    interruption.exit(run(args));
  }

  /** A failure of the tool itself is never one of the store. */
  private static int run(String[] args) {
    try {
      return commandLine().execute(args);
    } catch (Error e) {
      e.printStackTrace();
      return EXIT_INCONCLUSIVE;
    }
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setParameterExceptionHandler(Main::usageError);
    line.setExecutionExceptionHandler(Main::failure);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  /** One line: the option, its value, what is allowed. */
  private static int usageError(ParameterException e, String[] args) {
    String message = String.valueOf(e.getMessage());
    e.getCommandLine()
        .getErr()
        .println("quorate-bench: " + message.lines().findFirst().orElse("bad arguments"));
    return EXIT_USAGE;
  }

  private static int failure(
      Exception e, CommandLine line, CommandLine.@Nullable ParseResult parsed) {
    PrintWriter err = line.getErr();
    if (e instanceof UnreachableException || e instanceof IOException) {
      err.println("quorate-bench: " + (e instanceof IOException ? e : e.getMessage()));
      return EXIT_INCONCLUSIVE;
    }
    if (e instanceof IllegalArgumentException) {
      err.println("quorate-bench: " + e.getMessage());
      return EXIT_USAGE;
    }
    e.printStackTrace(err);
    return EXIT_INCONCLUSIVE;
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }
}
