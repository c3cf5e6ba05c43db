package org.quorate.bench.work;

import java.util.Locale;

/** What one operation does. */
public enum Kind {
  READ,
  /** A blind write of a key that was loaded. */
  PUT,
  /** A write of a key that is new; {@code latest} reads go for these. */
  INSERT,
  DELETE,
  /** Read, change, and write with the context of what was read: two requests, timed as one. */
  RMW;

  /** As users write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException naming what is allowed
   */
  static Kind parse(String label) {
    for (Kind kind : values()) {
      if (kind.label().equals(label)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "operation '" + label + "' is none of read, put, insert, delete, rmw");
  }
}
