package org.quorate.gossip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Fresh rumours, those told least often first. A newer one about a member replaces the older. */
final class Rumours {
  /** One rumour; {@code number} orders those told equally often, the newest first. */
  private record Fresh(String name, byte[] encoded, int told, long number) {}

  private final TreeSet<Fresh> leastToldFirst =
      new TreeSet<>(
          Comparator.comparingInt(Fresh::told)
              .thenComparing(Comparator.comparingLong(Fresh::number).reversed()));
  private final Map<String, Fresh> byName = new HashMap<>();
  private long numbers;

  void add(Rumour rumour) {
    Fresh fresh = new Fresh(rumour.name(), Packet.encode(rumour), 0, numbers++);
    Fresh before = byName.put(rumour.name(), fresh);
    if (before != null) {
      leastToldFirst.remove(before);
    }
    leastToldFirst.add(fresh);
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  int size() {
    return byName.size();
  }

  /**
   * Puts as many rumours as there is room for into the datagram.
   *
   * @param most how often each is told
   */
  void tell(Packet.Builder datagram, int most) {
    List<Fresh> told = new ArrayList<>();
    for (Fresh fresh : leastToldFirst) {
      if (!datagram.add(fresh.encoded())) {
        break;
      }
      told.add(fresh);
    }
    for (Fresh fresh : told) {
      leastToldFirst.remove(fresh);
      if (fresh.told() + 1 < most) {
        Fresh again = new Fresh(fresh.name(), fresh.encoded(), fresh.told() + 1, fresh.number());
        leastToldFirst.add(again);
        byName.put(fresh.name(), again);
      } else {
        byName.remove(fresh.name());
      }
    }
  }
}
