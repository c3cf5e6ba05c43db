package org.quorate.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** What a person needs to understand a failed run. */
final class Report {
  private static final int HISTORY_LINES = Integer.getInteger("quorate.history", 60);

  private Report() {}

  static String of(
      long seed, Profile profile, Throwable e, Checker checker, Collection<String> trace) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    out.println(e.getMessage());
    out.println("repeat with -Dquorate.seed=" + seed + ", commit " + commit());
    out.println(profile);
    if (!(e instanceof Violation)) {
      e.printStackTrace(out);
    }
    for (KeyHistory key : checker.keys()) {
      if (String.valueOf(e.getMessage()).contains("key " + key.name + ":")) {
        out.println("history of " + key.name + ", owners " + key.owners + ", " + key.style + ":");
        List<Op> ops = key.ops;
        ops.subList(Math.max(0, ops.size() - HISTORY_LINES), ops.size()).forEach(out::println);
      }
    }
    out.println("faults:");
    trace.forEach(out::println);
    return text.toString();
  }

  private static String commit() {
    try {
      Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD").start();
      return new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
