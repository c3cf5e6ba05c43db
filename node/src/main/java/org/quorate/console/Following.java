package org.quorate.console;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Clock;

/** Watches one transition until it is over, and shows how far it is. */
public final class Following {
  private static final long POLL_MILLIS = 1000;

  /** The rate is that of so many looks. */
  private static final int LOOKS = 5;

  private static final int PLAIN_EVERY = 10;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Cluster cluster;
  private final PrintStream out;
  private final boolean isTerminal;
  private final Deque<Pace.Look> looks = new ArrayDeque<>();
  private @Nullable Moves first;
  private String waits = "";

  /**
   * @param isTerminal whether a line may be written over again
   */
  public Following(Cluster cluster, PrintStream out, boolean isTerminal) {
    this.cluster = cluster;
    this.out = out;
    this.isTerminal = isTerminal;
  }

  /** How far the transition is that this status tells of; null if it tells of none. */
  public @Nullable Pace look(JsonObject status) throws IOException, InterruptedException {
    JsonObject transition = status.getJsonObject("transition");
    if (transition == null || !transition.containsKey("sinceEpoch")) {
      return null;
    }
    List<JsonObject> moving = Json.objects(cluster.ring(), "moving");
    Moves moves = Moves.of(moving, cluster.sizes(moving));
    Moves begin = first == null ? moves : first;
    first = begin;
    Pace.Look before = looks.peekFirst();
    Pace.Look now = new Pace.Look(Clock.SYSTEM.nanos(), moves);
    looks.add(now);
    if (looks.size() > LOOKS) {
      looks.remove();
    }
    int moved = transition.getInteger("moved");
    int toMove = moved + transition.getInteger("copying") + transition.getInteger("settling");
    return Pace.of(begin, moved, toMove, before, now);
  }

  /**
   * Shows the transition that began in this epoch.
   *
   * @return the cluster's status when it was over, or another had taken its place
   */
  public JsonObject untilOver(long since) throws IOException, InterruptedException {
    JsonObject status = status();
    for (int i = 0; isUnderWay(status, since); i++) {
      show(status.getJsonObject("transition"), look(status), i);
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      status = status();
    }
    if (isTerminal) {
      out.print(CLEAR_LINE);
    }
    return status;
  }

  private JsonObject status() throws IOException, InterruptedException {
    JsonObject status = cluster.status();
    while (isDraining(status) && cluster.turnAway()) {
      status = cluster.status();
    }
    return status;
  }

  private static boolean isUnderWay(JsonObject status, long since) {
    JsonObject transition = status.getJsonObject("transition");
    return transition != null && transition.getLong("sinceEpoch", 0L) == since;
  }

  /** Whether the node that tells this stops: then it tells of no other change. */
  public static boolean isDraining(JsonObject status) {
    JsonObject transition = status.getJsonObject("transition");
    return transition != null && !transition.containsKey("sinceEpoch");
  }

  private void show(JsonObject transition, @Nullable Pace pace, int i) {
    List<String> lines = StatusText.transition(transition, pace);
    String held = String.join("\n", lines.subList(3, lines.size()));
    if (!held.equals(waits)) {
      waits = held;
      out.print(isTerminal ? CLEAR_LINE : "");
      out.println(held.isEmpty() ? "nothing holds it up any more" : held.stripLeading());
    }
    if (isTerminal) {
      out.print(CLEAR_LINE + Text.cut(lines.get(1).strip(), Text.WIDTH - 1));
      out.flush();
    } else if (i % PLAIN_EVERY == 0) {
      out.println(lines.get(1).strip());
    }
  }
}
