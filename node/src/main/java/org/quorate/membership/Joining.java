package org.quorate.membership;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.quorate.ring.ChangeRefusedException;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;

/** What a node that is no member and one that is say to each other. */
public final class Joining {
  private static final long PROPOSE_NANOS = 3_000_000_000L;

  private Joining() {}

  /**
   * What a member answers.
   *
   * @param state in which the node takes part, null if it is refused
   * @param refusal why it is, else empty
   */
  public record Answer(@Nullable ClusterState state, String refusal, boolean mayAskAgain) {
    byte[] encode() {
      JsonObject json = new JsonObject().put("refusal", refusal).put("again", mayAskAgain);
      return (state == null ? json : json.put("state", StateCodec.encode(state)))
          .toBuffer()
          .getBytes();
    }
  }

  /**
   * @param returns whether this node was a member before, and has forgotten of what state: then it
   *     must be one still
   */
  public static byte[] request(String cluster, Member self, boolean returns) {
    return new JsonObject()
        .put("cluster", cluster)
        .put("member", StateCodec.encode(self))
        .put("returns", returns)
        .toBuffer()
        .getBytes();
  }

  /**
   * @throws IllegalArgumentException if it is no such answer
   */
  public static Answer answer(byte[] bytes) {
    JsonObject json = new JsonObject(Buffer.buffer(bytes));
    JsonObject state = json.getJsonObject("state");
    return new Answer(
        state == null ? null : StateCodec.decode(state),
        json.getString("refusal"),
        json.getBoolean("again"));
  }

  /** Lets the node in that asks, if the cluster's state allows it. */
  public static Future<byte[]> take(String cluster, Chain chain, byte[] request) {
    JsonObject json = new JsonObject(Buffer.buffer(request));
    String wanted = json.getString("cluster");
    if (!wanted.equals(cluster)) {
      String refusal = "cluster '" + wanted + "', this node is of '" + cluster + "'";
      return Future.succeededFuture(new Answer(null, refusal, false).encode());
    }
    Member node = StateCodec.member(json.getJsonObject("member"));
    boolean returns = json.getBoolean("returns");
    return chain
        .propose(state -> returns ? state.returning(node) : letIn(state, node), PROPOSE_NANOS)
        .map(state -> new Answer(state, "", false))
        .otherwise(e -> new Answer(null, String.valueOf(e.getMessage()), mayAskAgain(e)))
        .map(Answer::encode);
  }

  /** Who takes part already, and be it until it has left, has lost its disk. */
  private static ClusterState letIn(ClusterState state, Member node) {
    return state.nodes().contains(node) ? state : state.join(node);
  }

  private static boolean mayAskAgain(Throwable e) {
    return !(e instanceof ChangeRefusedException refused)
        || refused.reason() == ChangeRefusedException.Reason.CONFLICT;
  }
}
