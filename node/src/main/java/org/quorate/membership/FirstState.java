package org.quorate.membership;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;

/** What data directories remember that were made before rings could change. */
final class FirstState {
  private FirstState() {}

  static ClusterState decode(JsonObject json) {
    List<Member> members =
        json.getJsonArray("members").stream()
            .map(JsonObject.class::cast)
            .map(StateCodec::member)
            .toList();
    return ClusterState.first(members, json.getInteger("partitions"), json.getInteger("n"));
  }
}
