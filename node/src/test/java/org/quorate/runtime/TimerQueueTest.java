package org.quorate.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimerQueueTest {
  private static final long MILLI = 1_000_000;

  @Test
  void delaysAreRoundedUpALittleToFewValues() {
    Set<Long> values = new HashSet<>();
    for (long millis = 1; millis <= 60_000; millis++) {
      long rounded = TimerQueue.rounded(millis);
      assertTrue(rounded >= millis && rounded - millis <= millis / 16, millis + " to " + rounded);
      assertEquals(rounded, TimerQueue.rounded(rounded));
      values.add(rounded);
    }
    assertTrue(values.size() < 250, values.size() + " values");
    assertEquals(1, TimerQueue.rounded(0));
  }

  @Test
  void timersRunWhenDueUnlessCalledOff() {
    TimerQueue queue = new TimerQueue();
    List<String> ran = new ArrayList<>();
    queue.add(0, 10, () -> ran.add("a"));
    Loop.Timer calledOff = queue.add(0, 10, () -> ran.add("b"));
    queue.add(0, 5, () -> ran.add("c"));
    queue.add(0, 20, () -> queue.add(20 * MILLI, 5, () -> ran.add("e")));
    assertEquals(5 * MILLI, queue.run(0));
    calledOff.cancel();
    assertEquals(10 * MILLI, queue.run(5 * MILLI));
    assertEquals(List.of("c"), ran);
    assertEquals(20 * MILLI, queue.run(12 * MILLI));
    assertEquals(List.of("c", "a"), ran);
    queue.run(20 * MILLI);
    assertEquals(Long.MAX_VALUE, queue.run(25 * MILLI));
    assertEquals(List.of("c", "a", "e"), ran);
  }
}
