package org.quorate.console;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a change would do, for the eye. */
public final class PlanText {
  private static final int WIDEST = 24;
  private static final int SOURCES = 4;

  private PlanText() {}

  /**
   * @param plan as answered with {@code ?plan=true}
   */
  public static List<String> of(JsonObject plan, Moves moves) {
    List<String> lines = new ArrayList<>();
    if (!plan.getBoolean("changes")) {
      lines.add("nothing would change: it is so already, or under way");
      return lines;
    }
    lines.add(
        plan.getString("change")
            + " at epoch "
            + plan.getLong("epoch")
            + ": "
            + Json.objects(plan, "moving").size()
            + " of "
            + plan.getInteger("partitions")
            + " partitions would get other owners");
    String bytes = moves.areComplete() ? Text.bytes(moves.bytes()) : "of unknown size";
    lines.add(moves.copies() + " copies would be made, " + bytes);
    lines.add("");
    if (!moves.perNode().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("TO", "PARTITIONS", "SIZE", "FROM (PARTITIONS THAT IT HAS)"));
      moves
          .perNode()
          .forEach(
              (node, share) ->
                  rows.add(
                      List.of(
                          node,
                          String.valueOf(share.partitions()),
                          moves.areComplete() ? Text.bytes(share.bytes()) : "?",
                          sources(share.from()))));
      lines.addAll(Text.table(rows, WIDEST * 2));
      lines.add("");
    }
    lines.add("each node: partitions owned, before and after");
    List<String> cells =
        Json.objects(plan, "owned").stream()
            .map(
                node ->
                    String.format(
                        "%s %d > %d",
                        Text.cut(node.getString("node"), WIDEST),
                        node.getInteger("before"),
                        node.getInteger("after")))
            .toList();
    lines.addAll(Text.grid(cells));
    return lines;
  }

  private static String sources(Map<String, Integer> from) {
    String shown =
        from.entrySet().stream()
            .limit(SOURCES)
            .map(source -> source.getKey() + " " + source.getValue())
            .collect(Collectors.joining(", "));
    int more = from.size() - SOURCES;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }
}
