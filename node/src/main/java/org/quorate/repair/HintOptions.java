package org.quorate.repair;

/**
 * How hints are kept.
 *
 * @param enabled whether there are any
 * @param fileBytes a file that is larger is followed by a new one
 * @param mostBytes of all hints for one target; over it the oldest file is dropped
 */
public record HintOptions(boolean enabled, int fileBytes, long mostBytes) {
  public static HintOptions standard(boolean enabled) {
    return new HintOptions(enabled, 1 << 20, 256L << 20);
  }
}
