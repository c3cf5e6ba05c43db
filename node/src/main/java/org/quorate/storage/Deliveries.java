package org.quorate.storage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quorate.runtime.Loop;

/** Results on their way back to the loops that asked: one task a loop, however many results. */
final class Deliveries {
  private final Map<Loop, List<Runnable>> byLoop = new LinkedHashMap<>();

  void add(Loop loop, Runnable delivery) {
    byLoop.computeIfAbsent(loop, none -> new ArrayList<>()).add(delivery);
  }

  void send() {
    byLoop.forEach((loop, list) -> loop.execute(() -> list.forEach(Runnable::run)));
  }
}
