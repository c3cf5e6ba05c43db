package org.quorate.bench.work;

import java.util.SplittableRandom;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.RejectionInversionZipfSampler;
import org.apache.commons.rng.sampling.distribution.SharedStateDiscreteSampler;

/**
 * How keys are chosen. As YCSB has them (Cooper et al., SoCC 2010), but that {@code zipfian} is
 * scattered over the key space by a permutation, so that each rank has a key of its own.
 *
 * @param first exponent θ of zipfian and latest, above 0; share of keys that are hot, for hotspot
 * @param second share of operations that go to hot keys, for hotspot
 */
public record Keys(Shape shape, double first, double second) {
  /** Forms of choosing. */
  public enum Shape {
    UNIFORM,
    ZIPFIAN,
    /** Zipfian by age: the newest key is the most popular. */
    LATEST,
    HOTSPOT,
    /** One after the other, from the start again at the end. */
    SEQUENTIAL
  }

  private static final String ALLOWED =
      "uniform, zipfian[:THETA], latest[:THETA], hotspot[:KEYS:OPERATIONS], sequential";
  private static final double THETA = 0.99;

  /** A prime larger than any key space, so multiplying by it permutes the numbers below n. */
  private static final long STRIDE = 2_654_435_761L;

  public static final Keys ZIPFIAN = new Keys(Shape.ZIPFIAN, THETA, 0);
  public static final Keys LATEST = new Keys(Shape.LATEST, THETA, 0);

  /**
   * From {@code zipfian:0.99}.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static Keys parse(String text) {
    String[] parts = text.split(":", -1);
    int count = parts.length - 1;
    return switch (parts[0]) {
      case "uniform" -> new Keys(Shape.UNIFORM, require(text, count == 0, 0), 0);
      case "sequential" -> new Keys(Shape.SEQUENTIAL, require(text, count == 0, 0), 0);
      case "zipfian" -> new Keys(Shape.ZIPFIAN, theta(text, parts), 0);
      case "latest" -> new Keys(Shape.LATEST, theta(text, parts), 0);
      case "hotspot" -> {
        double keys = count == 0 ? 0.2 : share(text, parts[1]);
        double operations = count == 0 ? 0.8 : share(text, parts[parts.length - 1]);
        yield new Keys(Shape.HOTSPOT, require(text, count == 0 || count == 2, keys), operations);
      }
      default -> throw new IllegalArgumentException("'" + text + "' is none of " + ALLOWED);
    };
  }

  private static double require(String text, boolean isRight, double value) {
    if (!isRight) {
      throw new IllegalArgumentException("'" + text + "' is none of " + ALLOWED);
    }
    return value;
  }

  private static double theta(String text, String[] parts) {
    double theta = parts.length == 1 ? THETA : Numbers.decimal(parts[1]);
    return require(text, parts.length <= 2 && theta > 0 && theta < 10, theta);
  }

  private static double share(String text, String part) {
    double share = Numbers.decimal(part);
    return require(text, share > 0 && share < 1, share);
  }

  /** A chooser of its own chance. The same seed chooses the same keys. */
  public KeyChooser over(KeySpace space, SplittableRandom random) {
    int count = space.loaded();
    return switch (shape) {
      case UNIFORM -> () -> random.nextLong(space.end());
      case SEQUENTIAL -> () -> space.turn() % count;
      case HOTSPOT -> {
        int hot = Math.max(1, (int) (count * first));
        yield () ->
            hot == count || random.nextDouble() < second
                ? random.nextInt(hot)
                : random.nextInt(hot, count);
      }
      case ZIPFIAN -> {
        SharedStateDiscreteSampler rank = zipf(count, random);
        yield () -> (rank.sample() - 1) * STRIDE % count;
      }
      case LATEST -> {
        SharedStateDiscreteSampler age = zipf(count, random);
        yield () -> space.end() - age.sample();
      }
    };
  }

  /** Ranks from 1 to count. */
  private SharedStateDiscreteSampler zipf(int count, SplittableRandom random) {
    UniformRandomProvider source = random::nextLong;
    return RejectionInversionZipfSampler.of(source, count, first);
  }

  @Override
  public String toString() {
    return switch (shape) {
      case UNIFORM -> "uniform";
      case SEQUENTIAL -> "sequential";
      case ZIPFIAN -> "zipfian:" + Numbers.text(first);
      case LATEST -> "latest:" + Numbers.text(first);
      case HOTSPOT -> "hotspot:" + Numbers.text(first) + ":" + Numbers.text(second);
    };
  }
}
