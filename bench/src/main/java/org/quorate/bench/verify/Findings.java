package org.quorate.bench.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was found wrong: how often, and the first examples. Used by many threads. */
public final class Findings {
  private static final int EXAMPLES = 20;

  private final Map<Finding, Long> counts = new EnumMap<>(Finding.class);
  private final List<String> examples = new ArrayList<>();

  synchronized void add(Finding finding, String what) {
    counts.merge(finding, 1L, Long::sum);
    if (examples.size() < EXAMPLES) {
      examples.add(finding.label() + ": " + what);
    }
  }

  public synchronized long count(Finding finding) {
    return counts.getOrDefault(finding, 0L);
  }

  public synchronized long total() {
    return counts.values().stream().mapToLong(count -> count).sum();
  }

  /** The first ones, each in a line. */
  public synchronized List<String> examples() {
    return List.copyOf(examples);
  }
}
