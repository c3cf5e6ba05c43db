package org.quorate.bench.measure;

import java.util.List;
import java.util.Locale;
import org.quorate.bench.work.Numbers;

/**
 * Whether the numbers of a run say what they seem to say.
 *
 * @param why a sentence for the user
 */
public record Verdict(Word word, String why) {
  /** The verdict in a word. */
  public enum Word {
    OK,
    /** More was asked than could be served: latencies depend on how long the run was. */
    SATURATED,
    /** The tool, not the store, set the numbers. */
    CLIENT_BOUND;

    @Override
    public String toString() {
      return name().replace('_', '-');
    }
  }

  private static final double BUSY = 0.95;
  private static final double COLLECTING = 0.05;
  private static final double LATE_NANOS = 1e6;
  private static final double SHARE_OF_RESPONSE = 0.5;
  private static final long CAUGHT_UP_NANOS = 50_000_000;

  /**
   * @param isOpen whether requests were sent by a schedule
   */
  public static Verdict of(Timeline timeline, boolean isOpen) {
    Interval total = timeline.total();
    List<Interval> during = timeline.during();
    double busy = during.stream().mapToLong(Interval::cpuNanos).sum() / 1e9 / timeline.seconds();
    double response = meanResponse(total);
    double late = total.lateness.getTotalCount() == 0 ? 0 : total.lateness.getMean();
    if (total.succeeded() + total.failures() == 0) {
      return new Verdict(Word.CLIENT_BOUND, "nothing was measured");
    }
    if (timeline.collecting() >= COLLECTING) {
      return clientBound(
          "the tool collected garbage %.0f %% of the time: give it more memory (-Xmx)",
          100 * timeline.collecting());
    }
    if (busy >= BUSY) {
      return clientBound(
          "a loop of the tool was busy %.0f %% of the time: use more --threads", 100 * busy);
    }
    if (late >= LATE_NANOS && late >= SHARE_OF_RESPONSE * response) {
      return clientBound(
          "the tool's own timers came %s late in the mean, of a response time of %s: it had too"
              + " little CPU",
          Numbers.latency(late), Numbers.latency(response));
    }
    return isOpen ? ofSchedule(during) : new Verdict(Word.OK, "the tool kept up");
  }

  private static Verdict ofSchedule(List<Interval> during) {
    List<Interval> last = during.subList(during.size() * 2 / 3, during.size());
    long least = last.stream().mapToLong(Interval::usualLag).min().orElse(Long.MAX_VALUE);
    if (least < CAUGHT_UP_NANOS) {
      return new Verdict(Word.OK, "the schedule was kept");
    }
    String by =
        least == Long.MAX_VALUE
            ? "altogether"
            : "by " + Numbers.latency(least) + " or more for a tenth of the requests";
    return new Verdict(
        Word.SATURATED,
        "in the last third of the run the schedule was missed " + by + ": the rate is too high");
  }

  private static double meanResponse(Interval total) {
    double sum = 0;
    long count = 0;
    for (Tally tally : total.tallies().values()) {
      if (tally.succeeded() > 0) {
        sum += tally.response.getMean() * tally.succeeded();
        count += tally.succeeded();
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  private static Verdict clientBound(String format, Object... arguments) {
    return new Verdict(Word.CLIENT_BOUND, String.format(Locale.ROOT, format, arguments));
  }
}
