package org.quorate.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** Dates as HTTP writes them, with the last ones kept: many versions share a second. */
final class HttpDate {
  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .appendPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'")
          .toFormatter(Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final int KEPT = 1024;
  private static final long LATEST_SECOND = 253_402_300_799L;

  private record Kept(long second, String text) {}

  private static final Kept[] RECENT = new Kept[KEPT];

  private HttpDate() {}

  static String of(long millis) {
    long second = Math.max(0, Math.min(LATEST_SECOND, Math.floorDiv(millis, 1000L)));
    int slot = (int) (second % KEPT);
    Kept kept = RECENT[slot];
    if (kept == null || kept.second() != second) {
      kept = new Kept(second, FORMAT.format(Instant.ofEpochSecond(second)));
      RECENT[slot] = kept;
    }
    return kept.text();
  }
}
