package org.quorate;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Founding;
import org.quorate.ring.Member;
import org.quorate.ring.Transition;
import org.quorate.ring.Transition.Kind;

/** A transition as users are shown it. */
final class TransitionView {
  private TransitionView() {}

  private static JsonObject view(Founding founding) {
    return new JsonObject()
        .put("change", founding.describe())
        .put("kind", "bucket")
        .put("node", "")
        .put("by", "")
        .put("sinceEpoch", founding.since())
        .put("lost", new JsonArray())
        .put("copying", 0)
        .put("settling", 0)
        .put("moved", 0)
        .put("waitingFor", new JsonArray());
  }

  /**
   * @param isLiving whether a node is believed to be alive
   * @return null if no transition is under way
   */
  static @Nullable JsonObject of(ClusterState state, Predicate<String> isLiving) {
    Transition moving = state.transition();
    Founding founding = state.founding();
    if (moving == null) {
      return founding == null ? null : view(founding);
    }
    int copying = 0;
    int settling = 0;
    int moved = 0;
    Map<String, Integer> waitingFor = new TreeMap<>();
    for (int p = 0; p < state.ring().partitions(); p++) {
      Assignment assignment = state.assignment(p);
      moved += !assignment.isMoving() && state.moves(p) ? 1 : 0;
      if (assignment.isMoving()) {
        settling += assignment.isSettling() ? 1 : 0;
        copying += assignment.isSettling() ? 0 : 1;
        assignment.holders(state.copies(p)).stream()
            .filter(isLiving.negate())
            .forEach(node -> waitingFor.merge(node, 1, Integer::sum));
      }
    }
    boolean isLast = moving.moved() == state.ring().partitions();
    if (isLast) {
      Stream<String> stay = moving.target().members().stream().map(Member::name);
      Stream<String> leave =
          moving.kind() == Kind.LEAVE ? state.leaving().stream() : Stream.empty();
      Stream.concat(stay, leave).filter(isLiving.negate()).forEach(node -> waitingFor.put(node, 0));
    }
    String why =
        isLast
            ? "it is down, and has to say that it let go of what it gave away"
            : "it is down, and has or is to have them";
    JsonArray waits = new JsonArray();
    waitingFor.forEach(
        (node, partitions) ->
            waits.add(
                new JsonObject().put("node", node).put("partitions", partitions).put("why", why)));
    return new JsonObject()
        .put("change", moving.describe())
        .put("kind", moving.kind().name().toLowerCase(Locale.ROOT))
        .put("node", moving.node())
        .put("by", moving.by())
        .put("sinceEpoch", moving.since())
        .put("lost", new JsonArray(List.copyOf(moving.lost())))
        .put("copying", copying)
        .put("settling", settling)
        .put("moved", moved)
        .put("waitingFor", waits);
  }
}
