package org.quorate.bench.work;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * How large values are: one or more ranges of bytes, both ends inclusive, with their shares.
 *
 * @param ranges at least one
 */
public record Sizes(List<Range> ranges) {
  private static final String ALLOWED =
      "SIZE as 1KiB, MIN-MAX as 100-2KiB (uniform), or several with shares as 100:0.9,10KiB:0.1";

  /** Bytes from least to most, equally likely; this often, as a weight. */
  public record Range(int least, int most, double share) {
    @Override
    public String toString() {
      return least == most ? "" + least : least + "-" + most;
    }
  }

  public Sizes {
    ranges = List.copyOf(ranges);
  }

  /**
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static Sizes parse(String text) {
    List<Range> ranges = new ArrayList<>();
    String[] parts = text.split(",", -1);
    for (String part : parts) {
      String[] sizeAndShare = part.split(":", -1);
      if (sizeAndShare.length > 2 || (parts.length > 1 && sizeAndShare.length != 2)) {
        throw new IllegalArgumentException("'" + text + "' is not " + ALLOWED);
      }
      String[] ends = sizeAndShare[0].split("-", -1);
      int least = Numbers.bytes(ends[0]);
      int most = Numbers.bytes(ends[ends.length - 1]);
      double share = sizeAndShare.length == 2 ? Numbers.decimal(sizeAndShare[1]) : 1;
      if (ends.length > 2 || most < least || share <= 0) {
        throw new IllegalArgumentException("'" + text + "' is not " + ALLOWED);
      }
      ranges.add(new Range(least, most, share));
    }
    return new Sizes(ranges);
  }

  public int least() {
    return ranges.stream().mapToInt(Range::least).min().orElseThrow();
  }

  public int most() {
    return ranges.stream().mapToInt(Range::most).max().orElseThrow();
  }

  public int next(SplittableRandom random) {
    Range chosen = ranges.get(0);
    if (ranges.size() > 1) {
      double left = random.nextDouble() * ranges.stream().mapToDouble(Range::share).sum();
      for (Range range : ranges) {
        chosen = range;
        left -= range.share();
        if (left < 0) {
          break;
        }
      }
    }
    return chosen.least == chosen.most
        ? chosen.least
        : random.nextInt(chosen.least, chosen.most + 1);
  }

  @Override
  public String toString() {
    return ranges.size() == 1
        ? ranges.get(0).toString()
        : ranges.stream()
            .map(range -> range + ":" + Numbers.text(range.share()))
            .collect(Collectors.joining(","));
  }
}
