package org.quorate.bench.work;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers, sizes and durations as users write them. Errors name the text and what is allowed. */
public final class Numbers {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(|B|KiB|MiB)");
  private static final Pattern DURATION =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)(ms|s|m|h)");

  private Numbers() {}

  /** A decimal number, not negative. */
  public static double decimal(String text) {
    if (!text.matches("[0-9]{0,9}\\.?[0-9]{1,9}")) {
      throw new IllegalArgumentException("'" + text + "' is not a number such as 0.8");
    }
    return Double.parseDouble(text);
  }

  /** A number without needless digits. */
  public static String text(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  /** Bytes, from {@code 100}, {@code 1KiB}, {@code 2MiB}. */
  public static int bytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    long unit =
        !matcher.matches()
            ? 0
            : switch (matcher.group(2)) {
              case "KiB" -> 1024;
              case "MiB" -> 1024 * 1024;
              default -> 1;
            };
    long bytes = unit == 0 ? 0 : Long.parseLong(matcher.group(1)) * unit;
    if (bytes < 1 || bytes > 16 * 1024 * 1024) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size of 1 byte to 16MiB, such as 100 or 1KiB");
    }
    return (int) bytes;
  }

  /** From {@code 500ms}, {@code 1.5s}, {@code 2m}, {@code 1h}. */
  public static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration such as 500ms, 30s, 2m or 1h");
    }
    long unit =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1000;
          case "m" -> 60_000;
          default -> 3_600_000;
        };
    return Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * unit));
  }

  /** A duration as {@link #duration} reads it. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  /** A duration in the unit that suits it, three digits: {@code 1.23 ms}. */
  public static String latency(double nanos) {
    if (nanos < 999_500) {
      return digits(nanos / 1e3) + " µs";
    }
    return nanos < 999.5e6 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e9) + " s";
  }

  public static String latency(long nanos) {
    return latency((double) nanos);
  }

  private static String digits(double number) {
    String format = number < 9.995 ? "%.2f" : number < 99.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, number);
  }
}
