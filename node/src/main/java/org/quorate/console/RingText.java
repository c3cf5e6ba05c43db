package org.quorate.console;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code quorate ring} for the eye: at most 80 columns, as long as names are short. */
public final class RingText {
  private static final int WIDEST = 16;

  private RingText() {}

  /**
   * @param ring as in {@code /v1/cluster/ring}
   */
  public static List<String> of(JsonObject ring) {
    List<List<String>> owners = owners(ring);
    Map<String, Integer> owned = new TreeMap<>();
    Map<String, Integer> first = new HashMap<>();
    for (List<String> list : owners) {
      list.forEach(owner -> owned.merge(owner, 1, Integer::sum));
      first.merge(list.get(0), 1, Integer::sum);
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "epoch "
            + ring.getLong("epoch")
            + ": "
            + owners.size()
            + " partitions, owned "
            + owners.stream().mapToInt(List::size).max().orElse(0)
            + " times; "
            + owned.size()
            + " nodes own "
            + Text.range(List.copyOf(owned.values()))
            + " each");
    lines.add("");
    lines.add("each node: partitions owned / of these as the first owner");
    List<String> nodes = new ArrayList<>();
    int wide = owned.keySet().stream().mapToInt(String::length).max().orElse(0);
    owned.forEach(
        (node, count) ->
            nodes.add(
                String.format(
                    "%-" + Math.min(WIDEST, wide) + "s %4d/%-3d",
                    Text.cut(node, WIDEST),
                    count,
                    first.getOrDefault(node, 0))));
    lines.addAll(Text.grid(nodes));
    lines.add("");
    lines.add("each partition: owners in order of preference");
    List<String> cells = new ArrayList<>();
    for (int p = 0; p < owners.size(); p++) {
      cells.add(String.format("%4d %s", p, names(owners.get(p))));
    }
    lines.addAll(Text.grid(cells));
    List<JsonObject> moving = Json.objects(ring, "moving");
    if (!moving.isEmpty()) {
      lines.add("");
      lines.add("partitions on their way: owners to come");
      List<String> ways = new ArrayList<>();
      for (JsonObject move : moving) {
        ways.add(
            String.format(
                "%4d %s %s",
                move.getInteger("partition"),
                names(Json.texts(move, "next")),
                move.getString("phase")));
      }
      lines.addAll(Text.grid(ways));
    }
    return lines;
  }

  private static List<List<String>> owners(JsonObject ring) {
    return ring.getJsonArray("partitions").stream()
        .map(JsonArray.class::cast)
        .map(list -> list.stream().map(String.class::cast).toList())
        .toList();
  }

  private static String names(List<String> names) {
    return String.join(" ", names.stream().map(name -> Text.cut(name, WIDEST)).toList());
  }
}
