package org.quorate.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * A report as one page that needs nothing else: data, styles and the plotting library are in it.
 */
public final class Page {
  private static final int TICKS_PER_HALVING = 8;
  private static final double MOST = 99.9999;

  private Page() {}

  public static void write(Report report, Path file) throws IOException {
    String page =
        resource("page.html")
            .replace("/*uplot.css*/", resource("uPlot.min.css"))
            .replace("/*uplot.js*/", resource("uPlot.iife.min.js"))
            .replace("/*page.js*/", resource("page.js"))
            .replace("\"report\"", data(report).replace("</", "<\\/"));
    Files.writeString(file, page);
  }

  /** The report without histograms, which the page cannot read, but with what it draws of them. */
  private static String data(Report report) throws IOException {
    ObjectNode data = Reporter.tree(report);
    data.path("operations").forEach(operation -> operation.forEach(Page::strip));
    data.path("timeline").forEach(second -> second.path("operations").forEach(Page::strip));
    data.remove("after");
    List<Double> percentiles = percentiles();
    Map<String, Map<String, List<Long>>> spectra = new LinkedHashMap<>();
    report
        .operations()
        .forEach(
            (kind, operation) ->
                spectra.put(
                    kind,
                    Map.of(
                        "service", spectrum(operation.service(), percentiles),
                        "response", spectrum(operation.response(), percentiles))));
    return Reporter.text(Map.of("report", data, "percentiles", percentiles, "spectra", spectra));
  }

  private static void strip(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(List.of("histogram"));
      if (object.path("service").isTextual()) {
        object.remove(List.of("service", "response"));
      }
    }
  }

  /** Denser towards 100, where it matters. */
  private static List<Double> percentiles() {
    List<Double> percentiles = new ArrayList<>();
    for (int tick = 0; ; tick++) {
      double percentile = 100 - 100 * Math.pow(0.5, (double) tick / TICKS_PER_HALVING);
      if (percentile > MOST) {
        return percentiles;
      }
      percentiles.add(percentile);
    }
  }

  /** Values of those percentiles that there are enough requests for; null for the rest. */
  private static List<Long> spectrum(Report.Latency latency, List<Double> percentiles) {
    Histogram histogram = Reporter.decode(latency.histogram());
    List<Long> values = new ArrayList<>();
    for (double percentile : percentiles) {
      boolean isKnown = latency.count() * (1 - percentile / 100) >= 1;
      values.add(isKnown ? histogram.getValueAtPercentile(percentile) : null);
    }
    return values;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
