package org.quorate.version;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random states of one key, as a few owners with stale clients would make them. */
public final class Samples {
  private Samples() {}

  public static Version version(Dot dot, SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      return Version.tombstone(dot, random.nextLong(1L << 41));
    }
    byte[] value = new byte[random.nextInt(40)];
    random.nextBytes(value);
    List<Header> headers =
        random.nextBoolean() ? List.of() : List.of(new Header("content-type", "text/plain"));
    return new Version(dot, random.nextLong(1L << 41), false, headers, value);
  }

  /** States of three owners after some writes and merges: reachable, so any two may be merged. */
  public static List<Siblings> owners(SplittableRandom random) {
    Siblings[] owners = {Siblings.EMPTY, Siblings.EMPTY, Siblings.EMPTY};
    long[] counters = new long[owners.length];
    List<CausalContext> clients = new ArrayList<>(List.of(CausalContext.EMPTY));
    for (int step = random.nextInt(30); step >= 0; step--) {
      int at = random.nextInt(owners.length);
      if (random.nextInt(3) == 0) {
        owners[at] = owners[at].merge(owners[random.nextInt(owners.length)]);
      } else {
        counters[at] += 1 + random.nextInt(5);
        Dot dot = new Dot(1000 + at, counters[at]);
        CausalContext seen =
            random.nextInt(3) == 0
                ? owners[at].context()
                : clients.get(random.nextInt(clients.size()));
        owners[at] = owners[at].write(seen, version(dot, random));
        clients.add(owners[at].contextOfWrite(seen, dot));
      }
      clients.add(owners[at].context());
    }
    return List.of(owners);
  }
}
