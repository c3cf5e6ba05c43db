package org.quorate.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quorate.Node;
import org.quorate.version.CausalContext;

/**
 * Looks into all nodes at one moment: what some number of owners is known to hold must be held by
 * as many of a set that each read asks a quorum of now, whichever ring that is. So nobody has to
 * read at the wrong time for a broken quorum to be found.
 */
final class HolderCheck {
  private final SimCluster cluster;
  private final KeyHistory key;
  private final int n;
  private final List<List<CausalContext>> known = new ArrayList<>();
  private final List<Set<String>> readSets;
  private final Map<String, CausalContext> held = new HashMap<>();

  private HolderCheck(SimCluster cluster, KeyHistory key, int n) {
    this.cluster = cluster;
    this.key = key;
    this.n = n;
    this.readSets = cluster.readSets(key.key);
    for (int holders = 1; holders <= n; holders++) {
      known.add(key.heldBy(holders));
    }
  }

  /** Asks all nodes for what they have of each key now; judges a moment later. */
  static void begin(SimCluster cluster, List<KeyHistory> keys, int n) {
    for (KeyHistory key : keys) {
      if (key.isKept()) {
        HolderCheck check = new HolderCheck(cluster, key, n);
        cluster.nodes().forEach(check::ask);
        cluster.time.after(50 * SimTime.MILLI, check::judge);
      }
    }
  }

  private void ask(Node node) {
    node.copy(key.key)
        .onSuccess(state -> held.put(node.config().name(), state.siblings().context()));
  }

  private void judge() {
    if (!key.isKept()) {
      return;
    }
    for (int holders = 1; holders <= n; holders++) {
      for (CausalContext context : known.get(holders - 1)) {
        judge(holders, context);
      }
    }
  }

  /** A read meets a quorum of each set, so one that has the holders is enough. */
  private void judge(int holders, CausalContext context) {
    if (readSets.stream().noneMatch(set -> mayHold(set, context) >= holders)) {
      String what = context + " is held by fewer than " + holders + " of any of " + readSets;
      String where = " in state " + cluster.state().epoch() + ": " + held;
      throw new Violation("F8, key " + key.name + ": " + what + where);
    }
  }

  /** Nodes that do not answer may hold it. */
  private long mayHold(Set<String> set, CausalContext context) {
    return set.stream()
        .filter(node -> !held.containsKey(node) || held.get(node).coversAll(context))
        .count();
  }
}
