package org.quorate.membership;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.quorate.ring.Member;
import org.quorate.ring.Ring;

/**
 * What a node remembers of its cluster: from its first start on this counts, and no longer the
 * command line.
 *
 * @param n owners of each key
 */
public record ClusterState(List<Member> members, int partitions, int n) {
  public String encode() {
    JsonArray list = new JsonArray();
    members.forEach(
        member ->
            list.add(
                new JsonObject()
                    .put("name", member.name())
                    .put("peer", member.peer())
                    .put("zone", member.zone())));
    return new JsonObject().put("members", list).put("partitions", partitions).put("n", n).encode();
  }

  public static ClusterState decode(String text) {
    JsonObject json = new JsonObject(text);
    List<Member> members =
        json.getJsonArray("members").stream()
            .map(JsonObject.class::cast)
            .map(m -> new Member(m.getString("name"), m.getString("peer"), m.getString("zone")))
            .toList();
    return new ClusterState(members, json.getInteger("partitions"), json.getInteger("n"));
  }

  /** The ring of epoch 1, the same on each node that starts with these members. */
  public Ring firstRing() {
    return Ring.first(members, partitions, n);
  }
}
