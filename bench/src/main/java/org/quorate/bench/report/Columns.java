package org.quorate.bench.report;

import java.util.List;

/** A table as text: the first column to the left, the others to the right. */
public final class Columns {
  private Columns() {}

  /**
   * @param rows all of the same length
   */
  public static String format(List<List<String>> rows) {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int column = 0; column < row.size(); column++) {
        int width = width(rows, column);
        String cell = row.get(column);
        String space = " ".repeat(width - cell.length());
        text.append(column == 0 ? cell + space : "  " + space + cell);
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
