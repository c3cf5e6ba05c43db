package org.quorate.console;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is still to be copied.
 *
 * @param copies partitions, each counted once for each new owner
 * @param bytes that the new owners still lack
 * @param areComplete whether all nodes said how much they have
 * @param perNode what each new owner lacks, ascending by name
 */
public record Moves(int copies, long bytes, boolean areComplete, Map<String, Share> perNode) {

  /**
   * What one new owner lacks.
   *
   * @param from how many of its partitions each node can give it
   */
  public record Share(int partitions, long bytes, Map<String, Integer> from) {
    static final Share NONE = new Share(0, 0, Map.of());

    Share plus(long more, List<String> sources) {
      Map<String, Integer> all = new TreeMap<>(from);
      sources.forEach(source -> all.merge(source, 1, Integer::sum));
      return new Share(partitions + 1, bytes + more, all);
    }
  }

  /**
   * @param moving as in {@code /v1/cluster/ring}
   */
  public static Moves of(List<JsonObject> moving, Sizes sizes) {
    Map<String, Share> perNode = new TreeMap<>();
    boolean areComplete = true;
    for (JsonObject move : moving) {
      int partition = move.getInteger("partition");
      List<String> from = Json.texts(move, "from");
      areComplete &= sizes.most(from, partition).isPresent();
      for (String to : Json.texts(move, "to")) {
        long lacking = lacking(move, to, sizes);
        perNode.put(to, perNode.getOrDefault(to, Share.NONE).plus(lacking, from));
      }
    }
    int copies = perNode.values().stream().mapToInt(Share::partitions).sum();
    long bytes = perNode.values().stream().mapToLong(Share::bytes).sum();
    return new Moves(copies, bytes, areComplete, perNode);
  }

  private static long lacking(JsonObject move, String to, Sizes sizes) {
    int partition = move.getInteger("partition");
    boolean isCopied = "settling".equals(move.getString("phase"));
    long most = sizes.most(Json.texts(move, "from"), partition).orElse(0L);
    return isCopied ? 0 : Math.max(0, most - sizes.of(to, partition));
  }

  static Set<String> nodes(List<JsonObject> moving) {
    Set<String> nodes = new TreeSet<>();
    moving.forEach(
        move -> {
          nodes.addAll(Json.texts(move, "from"));
          nodes.addAll(Json.texts(move, "to"));
        });
    return nodes;
  }

  /** For scripts. */
  public JsonObject json() {
    JsonArray nodes = new JsonArray();
    perNode.forEach(
        (node, share) ->
            nodes.add(
                new JsonObject()
                    .put("node", node)
                    .put("partitions", share.partitions())
                    .put("bytes", share.bytes())
                    .put("from", new JsonObject(Map.copyOf(share.from())))));
    return new JsonObject()
        .put("copies", copies)
        .put("bytes", bytes)
        .put("complete", areComplete)
        .put("nodes", nodes);
  }
}
