package org.quorate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quorate.console.Moves;
import org.quorate.console.Pace;
import org.quorate.console.PlanText;
import org.quorate.console.RingText;
import org.quorate.console.Sizes;
import org.quorate.console.StatusText;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;

/** What operators see of a hundred nodes, one of which is joining while another is dead. */
class ConsoleTest {
  private static final int NODES = 100;
  private static final int PARTITIONS = 1024;
  private static final int WIDTH = 80;
  private static final String DEAD = "node-033";
  private static final Predicate<String> LIVING = name -> !name.equals(DEAD);

  private final ClusterState before = ClusterState.first(members(), PARTITIONS, 3);
  private final ClusterState joining = before.join(member(NODES));

  private static Member member(int i) {
    return new Member(
        String.format("node-%03d", i), "10.20.30." + (100 + i) + ":7480", "zone-" + i % 3);
  }

  private static List<Member> members() {
    return IntStream.range(0, NODES).mapToObj(ConsoleTest::member).toList();
  }

  /** As in {@code /v1/cluster}. */
  private static JsonObject status(ClusterState state) {
    Map<String, Integer> owned = state.ring().owned();
    JsonArray members = new JsonArray();
    for (Member member : state.nodes()) {
      boolean isLiving = LIVING.test(member.name());
      JsonObject shown =
          new JsonObject()
              .put("name", member.name())
              .put("peer", member.peer())
              .put("zone", member.zone())
              .put("state", isLiving ? "alive" : "dead")
              .put("draining", false)
              .put("owned", owned.getOrDefault(member.name(), 0));
      members.add(
          isLiving ? shown : shown.put("since", "2026-11-22T10:00:00Z").put("accuser", "node-007"));
    }
    return new JsonObject()
        .put("cluster", "quorate")
        .put("node", "node-017")
        .put("epoch", state.epoch())
        .put("partitions", PARTITIONS)
        .put("defaults", new JsonObject().put("n", 3).put("r", 2).put("w", 2))
        .put("members", members)
        .put("partitionStates", new JsonObject().put("ok", 993).put("degraded", 31))
        .put("transition", TransitionView.of(state, LIVING));
  }

  private static void requireReadable(List<String> lines, int most) {
    String text = String.join("\n", lines);
    lines.forEach(line -> assertTrue(line.length() <= WIDTH, line));
    assertTrue(lines.size() <= most, text);
  }

  private static List<JsonObject> moving(JsonObject in) {
    return in.getJsonArray("moving").stream().map(JsonObject.class::cast).toList();
  }

  @Test
  void theStatusFitsAScreen() {
    List<String> lines = StatusText.of(status(joining), new Pace(0.4, 3L << 30, 5e7, true), false);
    requireReadable(lines, 24);
    String text = String.join("\n", lines);
    assertTrue(text.contains("101: 100 alive, 1 dead"), text);
    assertTrue(text.contains("1024: 993 ok, 31 degraded"), text);
    assertTrue(text.contains("join of node-100"), text);
    assertTrue(text.contains("40 %  3.0 GiB to come, 47.7 MiB/s, 1 min 4 s left"), text);
    assertTrue(text.contains(DEAD + " holds up "), text);
    assertTrue(text.contains(DEAD + " in zone-0 at 10.20.30.133:7480 is dead since"), text);
    List<String> all = StatusText.of(status(joining), null, true);
    requireReadable(all, 120);
    members().forEach(member -> assertTrue(all.stream().anyMatch(l -> l.contains(member.name()))));
  }

  @Test
  void theRingShowsEachPartitionOnce() {
    List<String> lines = RingText.of(RingView.of(joining));
    requireReadable(lines, PARTITIONS);
    int begin = lines.indexOf("each partition: owners in order of preference");
    int end = lines.indexOf("partitions on their way: owners to come");
    String partitions = String.join("  ", lines.subList(begin + 1, end));
    for (int p = 0; p < PARTITIONS; p++) {
      String owners = String.join(" ", RingView.owners(joining).get(p));
      assertTrue(partitions.contains(p + " " + owners), p + " " + owners);
    }
    long toCome = moving(RingView.of(joining)).size();
    String ways = String.join("  ", lines.subList(end + 1, lines.size()));
    assertEquals(toCome, ways.split("copying", -1).length - 1);
  }

  @Test
  void aPlanTellsWhatMovesAndFromWhere() {
    JsonObject plan = RingView.plan(before, joining);
    Map<String, Map<Integer, Long>> held = new HashMap<>();
    for (int p = 0; p < PARTITIONS; p++) {
      for (String owner : RingView.owners(before).get(p)) {
        held.computeIfAbsent(owner, none -> new HashMap<>()).put(p, 1L << 20);
      }
    }
    Moves moves = Moves.of(moving(plan), new Sizes(held));
    int copies = moving(plan).stream().mapToInt(move -> move.getJsonArray("to").size()).sum();
    assertEquals(copies, moves.copies());
    assertEquals((long) copies << 20, moves.bytes());
    requireReadable(PlanText.of(plan, moves), 40);
    String text = String.join("\n", PlanText.of(plan, moves));
    assertTrue(text.contains("join of node-100"), text);
    assertTrue(text.contains(copies + " copies would be made, " + copies + ".0 MiB"), text);
    int share = joining.transition().target().owned().get("node-100");
    assertEquals(share, moves.perNode().get("node-100").partitions());

    Moves unknown = Moves.of(moving(plan), new Sizes(Map.of()));
    assertTrue(
        String.join("\n", PlanText.of(plan, unknown)).contains("of unknown size"), "nobody said");
    JsonObject same = RingView.plan(joining, joining.join(member(NODES)));
    assertEquals(1, PlanText.of(same, Moves.of(moving(same), new Sizes(held))).size());
  }
}
