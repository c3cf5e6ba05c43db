package org.quorate.bench.verify;

/**
 * What the store promises for the quorums of a run.
 *
 * @param current a read reflects what was acknowledged before it: R + W &gt; N, strict
 * @param monotonic a read reflects what reads before it showed: R &gt; N/2, strict
 */
public record Claims(boolean current, boolean monotonic) {
  public static Claims of(int n, int r, int w, boolean isSloppy) {
    return new Claims(!isSloppy && r + w > n, !isSloppy && 2 * r > n);
  }
}
