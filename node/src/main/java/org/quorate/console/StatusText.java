package org.quorate.console;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code quorate status} for the eye: at most 80 columns, and short also for a hundred nodes. */
public final class StatusText {
  /** So many members are listed each; of more only those that want attention. */
  private static final int LISTED = 20;

  private static final int WIDEST = 24;

  private StatusText() {}

  /**
   * @param status as in {@code /v1/cluster}
   * @param pace of the transition, null where none is under way
   * @param all whether each member is to be listed
   */
  public static List<String> of(JsonObject status, @Nullable Pace pace, boolean all) {
    List<JsonObject> members = Json.objects(status, "members");
    List<String> lines = new ArrayList<>();
    lines.add(
        Text.cut(
            "cluster "
                + status.getString("cluster")
                + ", epoch "
                + status.getLong("epoch")
                + ", as "
                + status.getString("node")
                + " sees it",
            Text.WIDTH));
    lines.add("members     " + members.size() + ": " + states(members));
    lines.add("partitions  " + partitions(status) + ": " + partitionStates(status));
    JsonObject quorums = status.getJsonObject("defaults");
    lines.add(
        "quorums     n="
            + quorums.getInteger("n")
            + " r="
            + quorums.getInteger("r")
            + " w="
            + quorums.getInteger("w")
            + ownQuorums(status));
    JsonObject transition = status.getJsonObject("transition");
    if (transition != null) {
      lines.add("");
      lines.addAll(transition(transition, pace));
    }
    lines.add("");
    lines.addAll(all || members.size() <= LISTED ? listed(members) : summed(members));
    return lines;
  }

  /** {@code , 2 buckets n=5}. */
  private static String ownQuorums(JsonObject status) {
    return Json.objects(status, "layers").stream()
        .map(each -> ", " + each.getInteger("buckets") + " buckets n=" + each.getInteger("n"))
        .collect(Collectors.joining());
  }

  /** Each n has as many. */
  private static int partitions(JsonObject status) {
    return status.getInteger("partitions") * (1 + Json.objects(status, "layers").size());
  }

  private static String states(List<JsonObject> members) {
    Map<String, Integer> states = new TreeMap<>();
    members.forEach(member -> states.merge(state(member), 1, Integer::sum));
    return counts(states);
  }

  private static String counts(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  private static String state(JsonObject member) {
    boolean isDraining = member.getBoolean("draining") && isAlive(member);
    return isDraining ? "draining" : member.getString("state");
  }

  private static boolean isAlive(JsonObject member) {
    return member.getString("state").equals("alive");
  }

  private static String partitionStates(JsonObject status) {
    return status.getJsonObject("partitionStates").stream()
        .filter(entry -> (Integer) entry.getValue() > 0)
        .map(entry -> entry.getValue() + " " + entry.getKey().replace('_', ' '))
        .collect(Collectors.joining(", "));
  }

  /** What is under way, how far it is, and who holds it up. */
  static List<String> transition(JsonObject transition, @Nullable Pace pace) {
    List<String> lines = new ArrayList<>();
    if (transition.getString("kind").equals("drain")) {
      lines.add(transition.getString("node") + " drains since " + transition.getString("since"));
      return lines;
    }
    lines.add(transition.getString("change") + ", since epoch " + transition.getLong("sinceEpoch"));
    int moved = transition.getInteger("moved");
    int settling = transition.getInteger("settling");
    int toMove = moved + settling + transition.getInteger("copying");
    double part = pace == null ? 0 : pace.part();
    lines.add(
        "  " + Text.bar(toMove == 0 ? 1 : part) + (pace == null ? "" : "  " + pace.describe()));
    lines.add(
        "  "
            + moved
            + " of "
            + toMove
            + " partitions have moved"
            + (settling == 0 ? "" : ", " + settling + " settle"));
    for (JsonObject wait : Json.objects(transition, "waitingFor")) {
      int held = wait.getInteger("partitions");
      String what = held == 0 ? "the end" : held + (held == 1 ? " partition" : " partitions");
      lines.addAll(
          Text.wrap(
              wait.getString("node") + " holds up " + what + ": " + wait.getString("why"), 2));
    }
    return lines;
  }

  private static List<String> listed(List<JsonObject> members) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NODE", "ZONE", "STATE", "OWNED", "PEER"));
    for (JsonObject member : members) {
      rows.add(
          List.of(
              member.getString("name"),
              zone(member),
              state(member),
              String.valueOf(member.getInteger("owned")),
              member.getString("peer")));
    }
    return Text.table(rows, WIDEST);
  }

  private static String zone(JsonObject member) {
    String zone = member.getString("zone");
    return zone.isEmpty() ? "-" : zone;
  }

  private static List<String> summed(List<JsonObject> members) {
    Map<String, List<JsonObject>> zones = new TreeMap<>();
    members.forEach(
        member -> zones.computeIfAbsent(zone(member), none -> new ArrayList<>()).add(member));
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ZONE", "OWNED EACH", "NODES"));
    zones.forEach(
        (zone, of) ->
            rows.add(
                List.of(
                    zone,
                    Text.range(of.stream().map(member -> member.getInteger("owned")).toList()),
                    states(of))));
    List<String> lines = new ArrayList<>(Text.table(rows, WIDEST * 2));
    for (JsonObject member : members) {
      if (!state(member).equals("alive")) {
        lines.addAll(Text.wrap(trouble(member), 0));
      }
    }
    return lines;
  }

  private static String trouble(JsonObject member) {
    String since = member.getString("since");
    return member.getString("name")
        + " in "
        + zone(member)
        + " at "
        + member.getString("peer")
        + " is "
        + state(member)
        + (since == null ? "" : " since " + since + ", says " + member.getString("accuser"));
  }
}
