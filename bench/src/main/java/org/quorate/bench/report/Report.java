package org.quorate.bench.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.staleness.Freshness;

/**
 * All that is known of a run. Its JSON form is what {@code compare} and {@code report} read: fields
 * are added within a schema version, never changed. Latencies are nanoseconds, rates per second.
 *
 * @param schema {@link #SCHEMA}
 * @param started when measuring began: ISO 8601, UTC
 * @param command repeats the run
 * @param seconds measured, without the warm-up
 * @param operations by kind
 * @param timeline a part for each second
 * @param after what was done when nothing more was intended
 * @param consistency of a verified run
 * @param staleness where it was probed
 * @param ceiling what the tool itself can do here
 */
public record Report(
    String schema,
    String started,
    List<String> command,
    Map<String, String> environment,
    Map<String, String> setup,
    boolean openLoop,
    Judgement verdict,
    double seconds,
    double rate,
    Map<String, Operation> operations,
    List<Second> timeline,
    @Nullable Second after,
    List<Mark> events,
    @Nullable Consistency consistency,
    @Nullable Curve staleness,
    @Nullable Ceiling ceiling) {
  /** The version of the form. */
  public static final String SCHEMA = "quorate-bench/1";

  /** OK, SATURATED or CLIENT-BOUND, and why. */
  public record Judgement(String word, String why) {}

  /**
   * The requests of one kind.
   *
   * @param rate of those that succeeded while more were intended
   * @param problems how many failed for which reason
   * @param missing reads that found nothing
   * @param siblings reads that found more than one version
   * @param again how often requests were sent again, because they had failed before
   * @param service from sent to done
   * @param response from intended to done
   * @param lag from intended to sent
   * @param failed from intended to done, of those that failed
   */
  public record Operation(
      double rate,
      long succeeded,
      long failures,
      Map<String, Long> problems,
      long missing,
      long siblings,
      long again,
      Latency service,
      Latency response,
      Latency lag,
      Latency failed) {}

  /**
   * A distribution.
   *
   * @param histogram HdrHistogram's compressed form, base64
   */
  public record Latency(
      long count,
      double mean,
      long p50,
      long p90,
      long p99,
      long p999,
      long p9999,
      long max,
      String histogram) {}

  /**
   * One second of the run.
   *
   * @param second since the warm-up ended
   * @param lateness of the tool's own timers, 99th percentile
   * @param busy share of the second that the tool's busiest loop worked
   */
  public record Second(int second, Map<String, Part> operations, long lateness, double busy) {}

  /**
   * One kind in one second.
   *
   * @param completed succeeded in this second, whenever they were intended
   * @param succeeded of those intended after the warm-up, as all that follows
   * @param service HdrHistogram's compressed form, base64
   * @param response the same
   */
  public record Part(
      long completed,
      long succeeded,
      long failures,
      Map<String, Long> problems,
      long p50,
      long p99,
      long max,
      String service,
      String response) {}

  /**
   * Something that happened.
   *
   * @param at seconds since the warm-up ended
   */
  public record Mark(double at, String what) {}

  /**
   * What the ledger proves.
   *
   * @param claims in words, what the store promises for these quorums
   * @param unknown writes of which nobody was told whether they happened
   * @param readBack keys read in the end
   * @param notReadBack keys that could not be read in the end
   * @param findings how often each was found, those with none too
   * @param examples the first ones
   */
  public record Consistency(
      String claims,
      long writes,
      long unknown,
      long reads,
      long readBack,
      long notReadBack,
      Map<String, Long> findings,
      List<String> examples) {
    /** VIOLATED, INCOMPLETE where keys could not be read in the end, or CONSISTENT. */
    public String word() {
      return isViolated() ? "VIOLATED" : notReadBack > 0 ? "INCOMPLETE" : "CONSISTENT";
    }

    public boolean isViolated() {
      return findings.values().stream().anyMatch(count -> count > 0);
    }
  }

  /**
   * The probability that a read returns a write that was acknowledged before.
   *
   * @param claim whether the store promises fresh reads for these quorums
   * @param points as {@link Freshness} has them
   */
  public record Curve(int r, int w, boolean claim, List<Freshness.Point> points) {}

  /**
   * The tool against a bare server that keeps values in memory, with the same connections.
   *
   * @param used the run's share of that rate
   */
  public record Ceiling(double rate, double used, Map<String, Double> rates) {}
}
