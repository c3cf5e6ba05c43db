package org.quorate.membership;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.quorate.ring.BucketProperties;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.ring.Ring;
import org.quorate.ring.Transition;

/**
 * The state of the cluster as JSON, on disk and between nodes. A ring is its members and, for each
 * partition, the places of its owners among them.
 */
public final class StateCodec {
  private StateCodec() {}

  /**
   * What a node is to remember that begins with this state.
   *
   * @param forgotVotes whether it may have voted before
   */
  public static String memoryOf(ClusterState state, boolean forgotVotes) {
    Acceptor acceptor = new Acceptor(state);
    if (forgotVotes) {
      acceptor.forget();
    }
    return acceptor.memory();
  }

  /**
   * The state in what a node remembers.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  public static ClusterState stateOf(String memory) {
    return Acceptor.remembering(memory).state();
  }

  public static JsonObject encode(ClusterState state) {
    JsonObject buckets = new JsonObject();
    state
        .buckets()
        .forEach(
            (name, bucket) ->
                buckets.put(
                    name,
                    new JsonObject()
                        .put("n", bucket.n())
                        .put("r", bucket.r())
                        .put("w", bucket.w())));
    JsonObject json =
        new JsonObject()
            .put("epoch", state.epoch())
            .put("copies", state.copies())
            .put("ring", encode(state.ring()))
            .put("buckets", buckets);
    Transition moving = state.transition();
    return moving == null ? json : json.put("transition", encode(moving));
  }

  private static JsonObject encode(Transition moving) {
    return new JsonObject()
        .put("kind", moving.kind().name())
        .put("node", moving.node())
        .put("by", moving.by())
        .put("since", moving.since())
        .put("target", encode(moving.target()))
        .put("lost", new JsonArray(List.copyOf(moving.lost())))
        .put("progress", new JsonArray(moving.progress()));
  }

  private static JsonObject encode(Ring ring) {
    JsonArray members = new JsonArray();
    List<String> names = new ArrayList<>();
    for (Member member : ring.members()) {
      names.add(member.name());
      members.add(encode(member));
    }
    JsonArray owners = new JsonArray();
    ring.ownerNames()
        .forEach(list -> owners.add(new JsonArray(list.stream().map(names::indexOf).toList())));
    return new JsonObject().put("members", members).put("owners", owners);
  }

  static JsonObject encode(Member member) {
    return new JsonObject()
        .put("name", member.name())
        .put("peer", member.peer())
        .put("zone", member.zone());
  }

  /**
   * @throws IllegalArgumentException if this is no state
   */
  public static ClusterState decode(JsonObject json) {
    try {
      int copies = json.getInteger("copies");
      SortedMap<String, BucketProperties> buckets = new TreeMap<>();
      JsonObject known = json.getJsonObject("buckets");
      for (String name : known.fieldNames()) {
        JsonObject bucket = known.getJsonObject(name);
        buckets.put(
            name,
            new BucketProperties(
                bucket.getInteger("n"), bucket.getInteger("r"), bucket.getInteger("w")));
      }
      return new ClusterState(
          json.getLong("epoch"),
          ring(json.getJsonObject("ring"), copies),
          transition(json.getJsonObject("transition"), copies),
          buckets);
    } catch (ClassCastException | NullPointerException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("no state of a cluster: " + e.getMessage(), e);
    }
  }

  private static @Nullable Transition transition(@Nullable JsonObject json, int copies) {
    if (json == null) {
      return null;
    }
    Set<String> lost = new TreeSet<>();
    json.getJsonArray("lost").forEach(name -> lost.add((String) name));
    List<Long> progress = new ArrayList<>();
    json.getJsonArray("progress").forEach(each -> progress.add(((Number) each).longValue()));
    return new Transition(
        Transition.Kind.valueOf(json.getString("kind")),
        json.getString("node"),
        json.getString("by"),
        json.getLong("since"),
        ring(json.getJsonObject("target"), copies),
        lost,
        progress);
  }

  private static Ring ring(JsonObject json, int copies) {
    List<Member> members = new ArrayList<>();
    json.getJsonArray("members").forEach(each -> members.add(member((JsonObject) each)));
    List<List<String>> owners = new ArrayList<>();
    for (Object list : json.getJsonArray("owners")) {
      List<String> names = new ArrayList<>();
      ((JsonArray) list).forEach(place -> names.add(members.get((Integer) place).name()));
      owners.add(names);
    }
    return Ring.of(members, copies, owners);
  }

  static Member member(JsonObject json) {
    return new Member(json.getString("name"), json.getString("peer"), json.getString("zone"));
  }
}
