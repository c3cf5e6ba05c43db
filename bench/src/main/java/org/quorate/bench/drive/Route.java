package org.quorate.bench.drive;

import java.util.List;

/** Which connections an operation may take. */
public interface Route {
  /** Groups of targets; each loop has a lane of connections for each. */
  List<List<Target>> lanes();

  /** Indexes of lanes for a key, the best first. */
  int[] of(String key);

  /** Any connection, each in its turn. */
  static Route roundRobin(List<Target> targets) {
    int[] only = {0};
    return new Route() {
      @Override
      public List<List<Target>> lanes() {
        return List.of(targets);
      }

      @Override
      public int[] of(String key) {
        return only;
      }
    };
  }
}
