package org.quorate.bench.drive;

import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The consistency parameters of a run's requests, as they are sent; null where the store's default
 * is to hold.
 *
 * @param r how many replicas answer a read: a number, or one, quorum, all
 * @param w how many acknowledge a write
 * @param isSloppy whether stand-ins count
 * @param timeout as {@code 2s}
 */
public record Quorums(
    @Nullable String r, @Nullable String w, boolean isSloppy, @Nullable String timeout) {
  String query(boolean hasR, boolean hasW) {
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    if (hasR && r != null) {
      query.add("r=" + r);
    }
    if (hasW && w != null) {
      query.add("w=" + w);
    }
    if (isSloppy) {
      query.add("sloppy=true");
    }
    if (timeout != null) {
      query.add("timeout=" + timeout);
    }
    return query.toString();
  }

  public Quorums withW(String replicas) {
    return new Quorums(r, replicas, false, timeout);
  }

  public Quorums withR(String replicas) {
    return new Quorums(replicas, w, false, timeout);
  }
}
