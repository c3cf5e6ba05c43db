package org.quorate.console;

import org.jspecify.annotations.Nullable;

/**
 * How fast a transition goes, from looks at it one after the other.
 *
 * @param part done of what there was at the first look, 0 to 1
 * @param bytes still to be copied
 * @param bytesPerSecond since an earlier look, 0 if it stands still
 * @param areBytesKnown whether all nodes said how much they have
 */
public record Pace(double part, long bytes, double bytesPerSecond, boolean areBytesKnown) {

  /** One look at the transition. */
  public record Look(long nanos, Moves moves) {}

  /**
   * @param first the first look of all, and {@code total} what there was to be copied then
   * @param before an earlier look, null at the first
   */
  public static Pace of(Moves first, int moved, int toMove, @Nullable Look before, Look now) {
    boolean areBytesKnown = now.moves().areComplete() && first.areComplete() && first.bytes() > 0;
    double partitions = toMove == 0 ? 1 : (double) moved / toMove;
    double copied = areBytesKnown ? 1 - (double) now.moves().bytes() / first.bytes() : partitions;
    double rate = 0;
    if (before != null && now.nanos() > before.nanos()) {
      long less = before.moves().bytes() - now.moves().bytes();
      rate = Math.max(0, less * 1e9 / (now.nanos() - before.nanos()));
    }
    return new Pace(
        Math.max(0, Math.min(copied, partitions == 1 ? 1 : 0.99)),
        now.moves().bytes(),
        rate,
        now.moves().areComplete());
  }

  /** {@code 1.2 GiB to come, 45.1 MiB/s, 27 s left}. */
  String describe() {
    if (!areBytesKnown) {
      return "";
    }
    String speed = "";
    if (bytesPerSecond > 0) {
      String left = Text.seconds(Math.round(bytes / bytesPerSecond));
      speed = ", " + Text.bytes((long) bytesPerSecond) + "/s, " + left + " left";
    }
    return bytes == 0 ? "all is copied" : Text.bytes(bytes) + " to come" + speed;
  }
}
