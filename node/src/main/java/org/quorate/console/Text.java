package org.quorate.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Pieces of text for a terminal of 80 columns. */
final class Text {
  static final int WIDTH = 80;

  private static final int BAR = 16;
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

  private Text() {}

  /** {@code 3.4 GiB}. */
  static String bytes(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= 1024 && unit < UNITS.size() - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, UNITS.get(unit));
  }

  /** {@code 1 min 20 s}. */
  static String seconds(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3600
        ? seconds / 60 + " min " + seconds % 60 + " s"
        : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }

  /** {@code [#####-----] 50 %}. */
  static String bar(double part) {
    int full = (int) (Math.min(1, part) * BAR);
    return String.format(
        Locale.ROOT,
        "[%s%s] %3d %%",
        "#".repeat(full),
        "-".repeat(BAR - full),
        (int) (Math.min(1, part) * 100));
  }

  /** At most so long. */
  static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }

  /** A table: the columns as wide as they must be, none wider than this, numbers to the right. */
  static List<String> table(List<List<String>> rows, int most) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int at = column;
        int width =
            rows.stream().mapToInt(each -> Math.min(most, each.get(at).length())).max().orElse(0);
        String cell = cut(row.get(column), most);
        String space = " ".repeat(width - cell.length());
        boolean isNumber =
            rows.get(rows.size() - 1).get(column).matches("[0-9][0-9.]*( [KMGT]?i?B)?");
        line.append(column == 0 ? "" : "  ").append(isNumber ? space + cell : cell + space);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** Cells of one width, as many in a line as there is room for. */
  static List<String> grid(List<String> cells) {
    int width = cells.stream().mapToInt(String::length).max().orElse(1);
    int inLine = Math.max(1, (WIDTH + 2) / (width + 2));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < cells.size(); i += inLine) {
      StringBuilder line = new StringBuilder();
      for (String cell : cells.subList(i, Math.min(cells.size(), i + inLine))) {
        line.append(line.isEmpty() ? "" : "  ").append(cell);
        line.append(" ".repeat(width - cell.length()));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** {@code 31}, or {@code 30 to 31}. */
  static String range(List<Integer> numbers) {
    int least = numbers.stream().mapToInt(Integer::intValue).min().orElse(0);
    int most = numbers.stream().mapToInt(Integer::intValue).max().orElse(0);
    return least == most ? String.valueOf(least) : least + " to " + most;
  }

  /** Words in lines of the width, the first indented by so much and the others by two more. */
  static List<String> wrap(String text, int indent) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(" ".repeat(indent));
    boolean isBegun = false;
    for (String word : text.split(" ", -1)) {
      if (isBegun && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(" ".repeat(indent + 2)).append(word);
      } else {
        line.append(isBegun ? " " : "").append(word);
      }
      isBegun = true;
    }
    lines.add(line.toString());
    return lines;
  }
}
