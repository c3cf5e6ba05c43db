package org.quorate;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.ring.Ring;
import org.quorate.ring.Transition;

/** Owners, and how they change, as users are shown them. */
final class RingView {
  private RingView() {}

  /** {@code GET /v1/cluster/ring}. */
  static JsonObject of(ClusterState state) {
    Ring ring = state.ring();
    JsonArray layers = new JsonArray();
    for (int layer = 1; layer < ring.layers().size(); layer++) {
      layers.add(
          new JsonObject()
              .put("n", ring.layers().get(layer))
              .put("first", layer * ring.slots())
              .put("partitions", layer(state, layer)));
    }
    return new JsonObject()
        .put("epoch", state.epoch())
        .put("partitions", layer(state, 0))
        .put("layers", layers)
        .put("moving", moving(state));
  }

  private static JsonArray layer(ClusterState state, int layer) {
    int slots = state.ring().slots();
    JsonArray partitions = new JsonArray();
    owners(state)
        .subList(layer * slots, (layer + 1) * slots)
        .forEach(owners -> partitions.add(new JsonArray(owners)));
    return partitions;
  }

  /** The owners of each partition now, in order of preference. */
  static List<List<String>> owners(ClusterState state) {
    List<List<String>> owners = new ArrayList<>();
    for (int p = 0; p < state.ring().partitions(); p++) {
      owners.add(names(state.assignment(p).now(), state.copies(p)));
    }
    return owners;
  }

  private static List<String> names(List<Member> preference, int n) {
    return preference.stream().limit(n).map(Member::name).toList();
  }

  /** Partitions on their way to other owners. */
  private static JsonArray moving(ClusterState state) {
    JsonArray moving = new JsonArray();
    for (int p = 0; p < state.ring().partitions(); p++) {
      Assignment assignment = state.assignment(p);
      if (assignment.isMoving()) {
        moving.add(
            new JsonObject()
                .put("partition", p)
                .put("next", new JsonArray(names(assignment.next(), state.copies(p))))
                .put("from", new JsonArray(assignment.sources(state.copies(p))))
                .put("to", new JsonArray(assignment.newcomers(state.copies(p))))
                .put("phase", assignment.isSettling() ? "settling" : "copying"));
      }
    }
    return moving;
  }

  /**
   * What a change would do.
   *
   * @param next the state that it leads to
   */
  static JsonObject plan(ClusterState state, ClusterState next) {
    Transition change = next.transition();
    Ring goal = change == null ? next.ring() : change.target();
    Map<String, Integer> before = new TreeMap<>();
    owners(state).forEach(owners -> owners.forEach(owner -> before.merge(owner, 1, Integer::sum)));
    Map<String, Integer> after = goal.owned();
    JsonArray owned = new JsonArray();
    Map<String, Integer> all = new TreeMap<>(before);
    all.putAll(after);
    all.keySet()
        .forEach(
            name ->
                owned.add(
                    new JsonObject()
                        .put("node", name)
                        .put("before", before.getOrDefault(name, 0))
                        .put("after", after.getOrDefault(name, 0))));
    return new JsonObject()
        .put("change", change == null ? "" : change.describe())
        .put("epoch", state.epoch())
        .put("changes", next.epoch() != state.epoch())
        .put("partitions", next.ring().partitions())
        .put("moving", moving(next))
        .put("owned", owned);
  }
}
