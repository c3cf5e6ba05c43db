package org.quorate.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.measure.Interval;
import org.quorate.bench.measure.Tally;
import org.quorate.bench.measure.Timeline;
import org.quorate.bench.work.Kind;

/** Makes reports of what was measured, and keeps them. */
public final class Reporter {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private Reporter() {}

  /** The kinds of a run, with their latencies. */
  public static Map<String, Report.Operation> operations(Timeline timeline) {
    Map<Kind, Double> rates = timeline.rates();
    Map<String, Report.Operation> operations = new LinkedHashMap<>();
    timeline
        .total()
        .tallies()
        .forEach(
            (kind, tally) ->
                operations.put(kind.label(), operation(tally, rates.getOrDefault(kind, 0.0))));
    return operations;
  }

  private static Report.Operation operation(Tally tally, double rate) {
    return new Report.Operation(
        rate,
        tally.succeeded(),
        tally.failures(),
        tally.problems,
        tally.missing(),
        tally.siblings(),
        tally.again(),
        latency(tally.service),
        latency(tally.response),
        latency(tally.lag),
        latency(tally.failed));
  }

  public static Report.Latency latency(Histogram histogram) {
    boolean isEmpty = histogram.getTotalCount() == 0;
    return new Report.Latency(
        histogram.getTotalCount(),
        isEmpty ? 0 : histogram.getMean(),
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(90),
        histogram.getValueAtPercentile(99),
        histogram.getValueAtPercentile(99.9),
        histogram.getValueAtPercentile(99.99),
        histogram.getMaxValue(),
        encode(histogram));
  }

  public static List<Report.Second> seconds(Timeline timeline) {
    List<Report.Second> seconds = new ArrayList<>();
    timeline.during().forEach(interval -> seconds.add(second(interval, interval.index())));
    return seconds;
  }

  /** What was done when nothing more was intended; null if nothing was. */
  public static Report.@Nullable Second after(Timeline timeline) {
    Interval after = timeline.at(Interval.AFTER);
    return after == null ? null : second(after, timeline.during().size());
  }

  private static Report.Second second(Interval interval, int index) {
    Map<String, Report.Part> parts = new LinkedHashMap<>();
    interval
        .tallies()
        .forEach((kind, tally) -> parts.put(kind.label(), part(tally, interval.completed(kind))));
    return new Report.Second(
        index, parts, interval.lateness.getValueAtPercentile(99), interval.cpuNanos() / 1e9);
  }

  private static Report.Part part(Tally tally, long completed) {
    return new Report.Part(
        completed,
        tally.succeeded(),
        tally.failures(),
        tally.problems,
        tally.response.getValueAtPercentile(50),
        tally.response.getValueAtPercentile(99),
        tally.response.getMaxValue(),
        encode(tally.service),
        encode(tally.response));
  }

  private static String encode(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
  }

  /**
   * @throws IllegalArgumentException if the text is no histogram
   */
  public static Histogram decode(String base64) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64));
      return Histogram.decodeFromCompressedByteBuffer(bytes, 0);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("not a histogram", e);
    }
  }

  public static void write(Report report, Path file) throws IOException {
    Files.writeString(file, text(report) + "\n");
  }

  static ObjectNode tree(Report report) {
    return JSON.valueToTree(report);
  }

  static String text(Object value) throws JsonProcessingException {
    return JSON.writeValueAsString(value);
  }

  /**
   * @throws IllegalArgumentException if there is no such report, or it is of another version
   */
  public static Report read(Path file) throws IOException {
    try {
      JsonNode tree = JSON.readTree(file.toFile());
      String schema = tree.path("schema").asText("none");
      if (!schema.equals(Report.SCHEMA)) {
        throw new IllegalArgumentException(
            file + " has schema '" + schema + "'; only '" + Report.SCHEMA + "' is understood");
      }
      return JSON.treeToValue(tree, Report.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + " is not a report: " + e.getOriginalMessage(), e);
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new IllegalArgumentException("there is no file " + file, e);
    }
  }
}
