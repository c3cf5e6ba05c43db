package org.quorate.bench.work;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * How often each kind is asked for. Invariant: weights are positive; their sum need not be 1.
 *
 * @param weights of each kind that occurs
 */
public record Mix(Map<Kind, Double> weights) {
  public Mix {
    weights = new EnumMap<>(weights);
    for (Map.Entry<Kind, Double> one : weights.entrySet()) {
      if (!(one.getValue() > 0 && one.getValue() < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            one.getKey().label() + ":" + one.getValue() + " is not a share above 0");
      }
    }
    if (weights.isEmpty()) {
      throw new IllegalArgumentException("a mix names at least one operation");
    }
  }

  /**
   * From {@code read:0.8,put:0.15,delete:0.05}.
   *
   * @throws IllegalArgumentException naming the part that is wrong and what is allowed
   */
  public static Mix parse(String text) {
    Map<Kind, Double> weights = new EnumMap<>(Kind.class);
    for (String part : text.split(",", -1)) {
      String[] kindAndShare = part.split(":", -1);
      if (kindAndShare.length != 2) {
        throw new IllegalArgumentException("'" + part + "' is not OPERATION:SHARE as in read:0.8");
      }
      Kind kind = Kind.parse(kindAndShare[0]);
      if (weights.put(kind, Numbers.decimal(kindAndShare[1])) != null) {
        throw new IllegalArgumentException("'" + kind.label() + "' is given twice");
      }
    }
    return new Mix(weights);
  }

  public Kind pick(SplittableRandom random) {
    double left = random.nextDouble() * weights.values().stream().mapToDouble(w -> w).sum();
    Kind last = weights.keySet().iterator().next();
    for (Map.Entry<Kind, Double> one : weights.entrySet()) {
      last = one.getKey();
      left -= one.getValue();
      if (left < 0) {
        break;
      }
    }
    return last;
  }

  @Override
  public String toString() {
    return weights.entrySet().stream()
        .map(one -> one.getKey().label() + ":" + Numbers.text(one.getValue()))
        .collect(Collectors.joining(","));
  }
}
