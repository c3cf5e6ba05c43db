package org.quorate.bench.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Plan;
import org.quorate.bench.measure.Interval;
import org.quorate.bench.measure.Tally;
import org.quorate.bench.measure.Timeline;
import org.quorate.bench.work.Kind;
import org.quorate.bench.work.Numbers;
import picocli.CommandLine.Help.Ansi;

/**
 * Shows a run while it goes on: a table that is drawn again each second, or, where there is no
 * terminal, a line a second.
 */
public final class Screen implements Plan.Progress {
  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final int WIDTH = 60;

  /** Of VT100 and all that followed it. */
  private static final char ESCAPE = 27;

  private final PrintStream out;
  private final Ansi ansi;
  private final String title;
  private final double warmUp;
  private final double duration;
  private final Timeline timeline = new Timeline();
  private final List<Double> rates = new ArrayList<>();
  private final List<Double> tails = new ArrayList<>();
  private final Map<String, Long> problems = new TreeMap<>();
  private final List<String> marks = new ArrayList<>();
  private int drawn;
  private int shown = -1;

  /**
   * @param warmUp seconds
   * @param duration seconds that are measured; infinite where nobody knows
   */
  public Screen(PrintStream out, Ansi ansi, String title, double warmUp, double duration) {
    this.out = out;
    this.ansi = ansi;
    this.title = title;
    this.warmUp = warmUp;
    this.duration = duration;
  }

  @Override
  public void interval(Interval interval) {
    timeline.add(interval);
  }

  /** Something happened that is worth a line. */
  public synchronized void mark(Report.Mark mark) {
    marks.add(String.format(Locale.ROOT, "%.1f s: %s", mark.at(), mark.what()));
    if (!ansi.enabled()) {
      out.println("  " + marks.get(marks.size() - 1));
    }
  }

  /**
   * Shows what is known.
   *
   * @param now seconds since the run began
   */
  public synchronized void draw(double now) {
    int second = (int) Math.min(Math.floor(now - warmUp), duration) - 1;
    Interval last = timeline.at(second);
    if (second > shown) {
      shown = second;
      note(last);
      if (!ansi.enabled()) {
        out.println(line(second, last));
      }
    }
    if (ansi.enabled()) {
      erase();
      String text = table(now, last);
      out.print(ansi.string(text));
      out.flush();
      drawn = (int) text.chars().filter(c -> c == '\n').count();
    }
  }

  /** Clears what was drawn: the report takes its place. */
  public synchronized void finish(double now) {
    if (ansi.enabled()) {
      erase();
    } else {
      draw(now);
    }
  }

  private void erase() {
    if (drawn > 0) {
      out.print(ESCAPE + "[" + drawn + "A" + ESCAPE + "[J");
      drawn = 0;
    }
  }

  private void note(@Nullable Interval last) {
    rates.add(last == null ? 0.0 : completed(last));
    tails.add(last == null ? 0.0 : responses(last).getValueAtPercentile(99));
    if (last != null) {
      for (Tally tally : last.tallies().values()) {
        tally.problems.forEach((problem, count) -> problems.merge(problem, count, Long::sum));
      }
    }
  }

  private static long completed(Interval interval) {
    return interval.completed().values().stream().mapToLong(count -> count).sum();
  }

  private static Histogram responses(Interval interval) {
    Histogram all = Tally.histogram();
    interval.tallies().values().forEach(tally -> all.add(tally.response));
    return all;
  }

  private static String line(int second, @Nullable Interval last) {
    if (last == null) {
      return String.format(Locale.ROOT, "%4d s  nothing done", second + 1);
    }
    Histogram all = responses(last);
    return String.format(
        Locale.ROOT,
        "%4d s  %,9d/s  p50 %s  p99 %s  p99.9 %s  max %s  %,d failed",
        second + 1,
        completed(last),
        Numbers.latency(all.getValueAtPercentile(50)),
        Numbers.latency(all.getValueAtPercentile(99)),
        Numbers.latency(all.getValueAtPercentile(99.9)),
        Numbers.latency(all.getMaxValue()),
        last.failures());
  }

  private String table(double now, @Nullable Interval last) {
    StringBuilder text = new StringBuilder();
    text.append("@|bold ").append(title).append("|@\n").append(progress(now)).append('\n');
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("last second", "rate/s", "p50", "p99", "p99.9", "max", "failed"));
    if (last != null) {
      for (Map.Entry<Kind, Tally> one : last.tallies().entrySet()) {
        Histogram response = one.getValue().response;
        rows.add(
            List.of(
                one.getKey().label(),
                String.format(Locale.ROOT, "%,d", last.completed(one.getKey())),
                Numbers.latency(response.getValueAtPercentile(50)),
                Numbers.latency(response.getValueAtPercentile(99)),
                Numbers.latency(response.getValueAtPercentile(99.9)),
                Numbers.latency(response.getMaxValue()),
                String.format(Locale.ROOT, "%,d", one.getValue().failures())));
      }
    }
    text.append(Columns.format(rows));
    text.append("rate  ").append(sparkline(rates)).append('\n');
    text.append("p99   ").append(sparkline(tails)).append('\n');
    problems.forEach(
        (problem, count) ->
            text.append(String.format(Locale.ROOT, "@|yellow %,d %s|@%n", count, problem)));
    marks.stream().skip(Math.max(0, marks.size() - 3)).forEach(m -> text.append(m).append('\n'));
    return text.toString();
  }

  private String progress(double now) {
    if (now < warmUp) {
      return String.format(Locale.ROOT, "warming up, %.0f s left", warmUp - now);
    }
    double done = now - warmUp;
    if (Double.isInfinite(duration)) {
      return String.format(Locale.ROOT, "%.0f s", done);
    }
    int filled = (int) Math.min(WIDTH, WIDTH * done / duration);
    return String.format(
        Locale.ROOT,
        "[%s%s] %.0f s left",
        "=".repeat(filled),
        " ".repeat(WIDTH - filled),
        Math.max(0, duration - done));
  }

  private static String sparkline(List<Double> values) {
    List<Double> last = values.subList(Math.max(0, values.size() - WIDTH), values.size());
    double most = last.stream().mapToDouble(value -> value).max().orElse(0);
    StringBuilder line = new StringBuilder();
    for (double value : last) {
      int bar = most == 0 ? 0 : (int) Math.round(value / most * (BARS.length() - 1));
      line.append(BARS.charAt(bar));
    }
    return line.toString();
  }
}
