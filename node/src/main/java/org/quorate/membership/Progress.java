package org.quorate.membership;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.quorate.ring.Ground;

/**
 * How far one node is with the transition, or the founding of a bucket.
 *
 * @param epoch of the state that it has taken up, with no update of an earlier one in progress
 * @param ready partitions of which it is to be an owner, and could go one step on under that state
 * @param hasLetGo whether it claims nothing any more of partitions that others own
 * @param hints that it keeps
 * @param ground what it has for the bucket that is being founded
 */
public record Progress(
    long epoch, Set<Integer> ready, boolean hasLetGo, long hints, Ground ground) {
  /** The question for it. */
  static final byte[] QUESTION = new JsonObject().put("ask", "progress").toBuffer().getBytes();

  /** Whether this is the question for it. */
  public static boolean isAsked(byte[] question) {
    return Arrays.equals(question, QUESTION);
  }

  public JsonObject encode() {
    return new JsonObject()
        .put("epoch", epoch)
        .put("ready", new JsonArray(List.copyOf(ready)))
        .put("hasLetGo", hasLetGo)
        .put("hints", hints)
        .put("ground", ground.name());
  }

  static Progress decode(JsonObject json) {
    Set<Integer> ready = new TreeSet<>();
    json.getJsonArray("ready").forEach(partition -> ready.add((Integer) partition));
    return new Progress(
        json.getLong("epoch"),
        ready,
        json.getBoolean("hasLetGo"),
        json.getLong("hints"),
        Ground.valueOf(json.getString("ground")));
  }
}
