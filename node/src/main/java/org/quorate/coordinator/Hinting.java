package org.quorate.coordinator;

import java.util.ArrayList;
import java.util.List;
import org.quorate.replica.Cluster;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.version.Key;

/**
 * Leaves a hint for each owner that a write did not reach, with a node that has the write: with
 * this one if it is among those asked, because that costs no message, else with the first that
 * acknowledged.
 */
final class Hinting {
  /** A hint may be left after the write itself is too late for its client. */
  private static final long PATIENCE_NANOS = 2_000_000_000;

  private final Key key;
  private final List<Cluster.Owner> owners;
  private final long deadline;
  private final Loop loop;
  private final CoordinatorMetrics metrics;
  private final List<Integer> holders = new ArrayList<>();
  private final List<String> lacking = new ArrayList<>();
  private final int local;
  private int open;

  Hinting(Key key, OwnerSet set, long deadline, Loop loop, CoordinatorMetrics metrics) {
    this.key = key;
    this.owners = set.owners();
    this.deadline = deadline;
    this.loop = loop;
    this.metrics = metrics;
    this.open = owners.size();
    this.local = set.own();
  }

  /** One of the nodes asked has the write. */
  void heldBy(int owner) {
    open--;
    if (owner == local) {
      holders.add(0, owner);
    } else {
      holders.add(owner);
    }
    leave();
  }

  /** One of the nodes asked does not have it, so this owner lacks it. */
  void lacks(String owner) {
    open--;
    lacking.add(owner);
    leave();
  }

  /** As soon as the best holder is known. */
  private void leave() {
    boolean isBest = !holders.isEmpty() && (local < 0 || holders.get(0) == local || open == 0);
    if (isBest) {
      List<String> targets = List.copyOf(lacking);
      lacking.clear();
      targets.forEach(target -> leave(target, 0));
    }
  }

  private void leave(String target, int attempt) {
    if (attempt >= holders.size()) {
      metrics.hintLost();
      return;
    }
    Listen.to(
        owners.get(holders.get(attempt)).replica().hint(key, target, deadline + PATIENCE_NANOS),
        loop,
        kept -> {},
        e -> leave(target, attempt + 1));
  }
}
