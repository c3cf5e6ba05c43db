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
    List<List<String>> owners = all(ring);
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
            + " partitions, "
            + layers(ring)
            + "; "
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

  /** {@code owned 3 times}, or {@code from 256 on owned 5 times} too. */
  private static String layers(JsonObject ring) {
    StringBuilder text = new StringBuilder("owned " + copies(owners(ring)) + " times");
    for (JsonObject layer : Json.objects(ring, "layers")) {
      text.append(", from ").append(layer.getInteger("first"));
      text.append(" on ").append(layer.getInteger("n")).append(" times");
    }
    return text.toString();
  }

  private static int copies(List<List<String>> owners) {
    return owners.get(0).size();
  }

  /** Of all layers. */
  private static List<List<String>> all(JsonObject ring) {
    List<List<String>> all = new ArrayList<>(owners(ring));
    Json.objects(ring, "layers").forEach(layer -> all.addAll(owners(layer)));
    return all;
  }

  private static List<List<String>> owners(JsonObject layer) {
    return layer.getJsonArray("partitions").stream()
        .map(JsonArray.class::cast)
        .map(list -> list.stream().map(String.class::cast).toList())
        .toList();
  }

  private static String names(List<String> names) {
    return String.join(" ", names.stream().map(name -> Text.cut(name, WIDEST)).toList());
  }
}
