package org.quorate.coordinator;

import java.util.TreeMap;

/**
 * The writes that this node coordinates, by the age in which they began, so that it can be told
 * when all are done that began before some moment (epoch-based reclamation: Fraser, "Practical
 * lock-freedom", 2004). Callable from any thread.
 */
public final class Operations {
  private final TreeMap<Long, Integer> inProgress = new TreeMap<>();
  private long age;

  /**
   * @param age the first; above all of earlier processes
   */
  public Operations(long age) {
    this.age = age;
  }

  synchronized long begin() {
    inProgress.merge(age, 1, Integer::sum);
    return age;
  }

  /**
   * @param began what {@link #begin} returned
   */
  synchronized void end(long began) {
    inProgress.computeIfPresent(began, (of, count) -> count == 1 ? null : count - 1);
  }

  /** Begins a new age and returns it. */
  public synchronized long nextAge() {
    return ++age;
  }

  /** No operation is in progress that began in an earlier age than this. */
  public synchronized long oldestAge() {
    return inProgress.isEmpty() ? age : inProgress.firstKey();
  }
}
