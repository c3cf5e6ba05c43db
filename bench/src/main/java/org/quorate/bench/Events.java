package org.quorate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.report.Report.Mark;
import org.quorate.bench.work.Numbers;

/**
 * Marks of a run, from a file. Those with a time are known from the start; those without one are
 * marks of the moment at which they are found.
 */
final class Events {
  private static final Pattern TIMED =
      Pattern.compile("([0-9.]+(?:ms|s|m|h))\\s+([^!]*?)\\s*(?:!\\s*(.*))?");

  private record Planned(double at, String what, @Nullable String command) {}

  private final @Nullable Path file;
  private final Consumer<Mark> out;
  private final List<Planned> planned = new ArrayList<>();
  private final List<Mark> marks = new ArrayList<>();
  private int lines;

  /**
   * @param file none where there are no marks
   * @param out is told of each when it is due
   * @throws IllegalArgumentException if the file cannot be read
   */
  Events(@Nullable Path file, Consumer<Mark> out) throws IOException {
    this.file = file;
    this.out = out;
    if (file != null && !Files.isReadable(file)) {
      throw new IllegalArgumentException("--events '" + file + "' cannot be read");
    }
    read(0, true);
  }

  /** A line that is being written is left for the next time. */
  private void read(double now, boolean isFirst) throws IOException {
    if (file == null) {
      return;
    }
    String text = Files.readString(file);
    boolean isGrowing = !isFirst && !text.endsWith("\n");
    List<String> all = text.lines().toList();
    all = isGrowing ? all.subList(0, Math.max(0, all.size() - 1)) : all;
    List<String> added = all.subList(Math.min(lines, all.size()), all.size());
    lines = all.size();
    for (String line : added) {
      Matcher timed = TIMED.matcher(line.strip());
      if (timed.matches()) {
        double at = Numbers.duration(timed.group(1)).toMillis() / 1e3;
        planned.add(new Planned(at, timed.group(2), timed.group(3)));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        planned.add(new Planned(now, line.strip(), null));
      }
    }
    planned.sort(Comparator.comparingDouble(Planned::at));
  }

  /**
   * Does what is due, and looks for more.
   *
   * @param now seconds since the warm-up ended
   */
  synchronized void look(double now) throws IOException {
    read(now, false);
    while (!planned.isEmpty() && planned.get(0).at <= now) {
      Planned due = planned.remove(0);
      Mark mark = new Mark(Math.max(now, 0), due.what);
      marks.add(mark);
      out.accept(mark);
      if (due.command != null) {
        new ProcessBuilder("sh", "-c", due.command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
      }
    }
  }

  synchronized List<Mark> marks() {
    return List.copyOf(marks);
  }
}
