package org.quorate.membership;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quorate.ring.BucketProperties;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Founding;
import org.quorate.ring.Member;
import org.quorate.ring.Ring;
import org.quorate.ring.Transition;

/**
 * The state of the cluster as JSON, on disk and between nodes. A ring is its members and, for each
 * partition, the places of its owners among them.
 */
public final class StateCodec {
  /** States that follow each other share rings, which are long. */
  private static final Cache<Ring, JsonObject> RINGS_AS_JSON =
      Caffeine.newBuilder().executor(Runnable::run).weakKeys().build();

  private static final Cache<Written, Ring> RINGS =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(16).build();

  private StateCodec() {}

  /**
   * A ring as it is written.
   *
   * @param owners {@code 0 1 2,1 2 0}: for each partition the places of its owners among the
   *     members
   */
  private record Written(List<Integer> layers, List<Member> members, String owners) {
    Ring read() {
      List<List<String>> names = new ArrayList<>();
      for (String list : owners.split(",", -1)) {
        names.add(
            Arrays.stream(list.split(" ", -1))
                .map(place -> members.get(Integer.parseInt(place)).name())
                .toList());
      }
      return Ring.of(members, layers, names);
    }
  }

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
    state.buckets().forEach((name, bucket) -> buckets.put(name, encode(bucket)));
    JsonObject json =
        new JsonObject()
            .put("epoch", state.epoch())
            .put("layers", new JsonArray(state.ring().layers()))
            .put("ring", encode(state.ring()))
            .put("buckets", buckets);
    Founding founding = state.founding();
    if (founding != null) {
      json.put(
          "founding",
          encode(founding.properties())
              .put("bucket", founding.bucket())
              .put("since", founding.since()));
    }
    Transition moving = state.transition();
    return moving == null ? json : json.put("transition", encode(moving));
  }

  private static JsonObject encode(BucketProperties bucket) {
    return new JsonObject().put("n", bucket.n()).put("r", bucket.r()).put("w", bucket.w());
  }

  private static BucketProperties bucket(JsonObject json) {
    return new BucketProperties(json.getInteger("n"), json.getInteger("r"), json.getInteger("w"));
  }

  private static JsonObject encode(Transition moving) {
    return new JsonObject()
        .put("kind", moving.kind().name())
        .put("node", moving.node())
        .put("by", moving.by())
        .put("since", moving.since())
        .put("target", encode(moving.target()))
        .put("lost", new JsonArray(List.copyOf(moving.lost())))
        .put("progress", join(",", moving.progress().stream()));
  }

  private static JsonObject encode(Ring ring) {
    return RINGS_AS_JSON.get(ring, StateCodec::encodeAnew);
  }

  private static JsonObject encodeAnew(Ring ring) {
    JsonArray members = new JsonArray();
    List<String> names = new ArrayList<>();
    for (Member member : ring.members()) {
      names.add(member.name());
      members.add(encode(member));
    }
    String owners =
        ring.ownerNames().stream()
            .map(list -> join(" ", list.stream().map(names::indexOf)))
            .collect(Collectors.joining(","));
    return new JsonObject().put("members", members).put("owners", owners);
  }

  private static String join(String separator, Stream<?> of) {
    return of.map(String::valueOf).collect(Collectors.joining(separator));
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
      JsonArray single = new JsonArray().add(json.getValue("copies")); // As states once were.
      List<Integer> layers =
          json.getJsonArray("layers", single).stream().map(Integer.class::cast).toList();
      SortedMap<String, BucketProperties> buckets = new TreeMap<>();
      JsonObject known = json.getJsonObject("buckets");
      for (String name : known.fieldNames()) {
        buckets.put(name, bucket(known.getJsonObject(name)));
      }
      JsonObject founding = json.getJsonObject("founding");
      return new ClusterState(
          json.getLong("epoch"),
          ring(json.getJsonObject("ring"), layers),
          transition(json.getJsonObject("transition"), layers),
          buckets,
          founding == null
              ? null
              : new Founding(
                  founding.getString("bucket"), bucket(founding), founding.getLong("since")));
    } catch (ClassCastException
        | NullPointerException
        | NumberFormatException
        | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("no state of a cluster: " + e.getMessage(), e);
    }
  }

  private static @Nullable Transition transition(@Nullable JsonObject json, List<Integer> layers) {
    if (json == null) {
      return null;
    }
    Set<String> lost = new TreeSet<>();
    json.getJsonArray("lost").forEach(name -> lost.add((String) name));
    List<Long> progress =
        Arrays.stream(json.getString("progress").split(",", -1)).map(Long::valueOf).toList();
    return new Transition(
        Transition.Kind.valueOf(json.getString("kind")),
        json.getString("node"),
        json.getString("by"),
        json.getLong("since"),
        ring(json.getJsonObject("target"), layers),
        lost,
        progress);
  }

  private static Ring ring(JsonObject json, List<Integer> layers) {
    List<Member> members = new ArrayList<>();
    json.getJsonArray("members").forEach(each -> members.add(member((JsonObject) each)));
    return RINGS.get(new Written(layers, members, json.getString("owners")), Written::read);
  }

  static Member member(JsonObject json) {
    return new Member(json.getString("name"), json.getString("peer"), json.getString("zone"));
  }
}
