package org.quorate.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A report as one page that needs nothing else: data, styles and the plotting library are in it.
 */
public final class Page {
  private Page() {}

  public static void write(Report report, Path file) throws IOException {
    String page =
        resource("page.html")
            .replace("/*uplot.css*/", resource("uPlot.min.css"))
            .replace("/*uplot.js*/", resource("uPlot.iife.min.js"))
            .replace("/*page.js*/", resource("page.js"))
            .replace("\"report\"", Reporter.toJson(report).replace("</", "<\\/"));
    Files.writeString(file, page);
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
