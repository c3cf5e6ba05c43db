package org.quorate;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.quorate.http.Problem;
import org.quorate.membership.UndecidedException;
import org.quorate.ring.BucketProperties;
import org.quorate.ring.ChangeRefusedException;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;

/** Reads what operators want changed of the cluster, and has it decided. */
final class Operator {
  private static final String FORCE = "force";
  private static final String ACCEPT = "acceptDataLoss";
  private static final String NODE_FORM = "NAME=HOST:PORT[@ZONE]";

  private final Node node;

  Operator(Node node) {
    this.node = node;
  }

  /**
   * Completes when the change has begun; fails with {@link Problem}.
   *
   * @param kind {@code join}, {@code leave}, {@code replace}, {@code abort} or {@code force}
   */
  Future<Void> change(String kind, JsonObject body) {
    UnaryOperator<ClusterState> change;
    try {
      change = parse(kind, body);
    } catch (Problem problem) {
      return Future.failedFuture(problem);
    }
    boolean isForced = kind.equals(FORCE);
    return (isForced ? force(body) : node.participation().change(change))
        .<Void>mapEmpty()
        .recover(e -> Future.failedFuture(translate(kind, e)));
  }

  private Future<ClusterState> force(JsonObject body) {
    if (!Boolean.TRUE.equals(body.getValue(ACCEPT))) {
      return Future.failedFuture(
          Problem.invalidParameter(
              ACCEPT,
              String.valueOf(body.getValue(ACCEPT)),
              "true: acknowledged writes that only the lost members had are lost for good, and two"
                  + " forced states at two nodes are two clusters"));
    }
    return node.participation().force(lost(body));
  }

  /**
   * Sets a bucket's owners and what its requests wait for; what is not said is as the node's
   * options say. Completes when all that answer know it.
   */
  Future<Void> setBucket(String name, JsonObject body) {
    BucketProperties properties;
    try {
      allow(body, Set.of("n", "r", "w"));
      NodeConfig config = node.config();
      int n = number(body, "n", node.state().copies(name), Integer.MAX_VALUE);
      int r = number(body, "r", Math.min(n, config.r().applyAsInt(n)), n);
      int w = number(body, "w", Math.min(n, config.w().applyAsInt(n)), n);
      properties = new BucketProperties(n, r, w);
      if (n != node.state().copies(name)) {
        requireAll(name);
      }
    } catch (Problem problem) {
      return Future.failedFuture(problem);
    }
    return node.participation()
        .change(state -> state.bucket(name, properties))
        .compose(begun -> node.participation().founded(name))
        .<Void>map(after -> requireFounded(name, properties, after))
        .recover(e -> Future.failedFuture(translate("change of the bucket", e)));
  }

  /** All members have to say that they have no key of a bucket whose n is set. */
  private void requireAll(String bucket) {
    List<String> away =
        node.state().nodes().stream()
            .map(Member::name)
            .filter(name -> !node.membership().standing(name).isLiving())
            .filter(name -> !name.equals(node.config().name()))
            .toList();
    if (!away.isEmpty()) {
      throw Problem.unready(
          "n of bucket " + bucket + " cannot be set while " + String.join(", ", away) + " is down");
    }
  }

  private static @Nullable Void requireFounded(
      String bucket, BucketProperties wanted, ClusterState after) {
    if (wanted.n() != after.copies(bucket)) {
      throw Problem.conflict(
          "n="
              + wanted.n()
              + " of bucket "
              + bucket
              + " could not be set: a member has keys of it, or records of deleted ones, or went"
              + " down meanwhile; nothing has changed");
    }
    return null;
  }

  private static int number(JsonObject body, String field, int byDefault, int most) {
    Object value = body.getValue(field, byDefault);
    if (value instanceof Integer number && number >= 1 && number <= most) {
      return number;
    }
    String allowed = most == Integer.MAX_VALUE ? "a number from 1" : "1 to n=" + most;
    throw Problem.invalidParameter(field, String.valueOf(value), allowed);
  }

  /**
   * What the change would do.
   *
   * @throws Problem if it is refused
   */
  JsonObject plan(String kind, JsonObject body) {
    ClusterState state = node.state();
    try {
      return RingView.plan(state, parse(kind, body).apply(state));
    } catch (ChangeRefusedException e) {
      throw refused(kind, e);
    }
  }

  private UnaryOperator<ClusterState> parse(String kind, JsonObject body) {
    return switch (kind) {
      case "join" -> {
        allow(body, Set.of("node"));
        Member member = member("node", text(body, "node"));
        yield state -> state.join(member);
      }
      case "leave" -> {
        allow(body, Set.of("name", "dead"));
        String name = text(body, "name");
        Object dead = body.getValue("dead", false);
        if (!(dead instanceof Boolean isDead)) {
          throw Problem.invalidParameter("dead", String.valueOf(dead), "true or false");
        }
        yield state -> state.leave(name, isDead);
      }
      case "replace" -> {
        allow(body, Set.of("dead", "by"));
        String dead = text(body, "dead");
        String by = text(body, "by");
        yield state -> state.replace(dead, known(state, by).orElseGet(() -> member("by", by)));
      }
      case FORCE -> {
        allow(body, Set.of("lost", ACCEPT));
        Set<String> lost = lost(body);
        yield state -> state.forced(node.config().name(), lost);
      }
      default -> {
        allow(body, Set.of());
        yield ClusterState::abort;
      }
    };
  }

  private static Set<String> lost(JsonObject body) {
    Object value = body.getValue("lost");
    if (value instanceof JsonArray array && array.stream().allMatch(String.class::isInstance)) {
      return array.stream().map(String.class::cast).collect(Collectors.toCollection(TreeSet::new));
    }
    throw Problem.invalidParameter("lost", String.valueOf(value), "a list of members' names");
  }

  private static Optional<Member> known(ClusterState state, String name) {
    return state.nodes().stream().filter(member -> member.name().equals(name)).findAny();
  }

  private static Member member(String field, String value) {
    try {
      return Options.Members.member(value);
    } catch (IllegalArgumentException e) {
      throw Problem.invalidParameter(field, value, NODE_FORM);
    }
  }

  private static String text(JsonObject body, String field) {
    Object value = body.getValue(field);
    if (value instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw Problem.invalidParameter(field, String.valueOf(value), "a text, which must be given");
  }

  private static void allow(JsonObject body, Set<String> fields) {
    for (String field : body.fieldNames()) {
      if (!fields.contains(field)) {
        String allowed = fields.isEmpty() ? "no field" : String.join(", ", new TreeSet<>(fields));
        throw Problem.invalidParameter(field, String.valueOf(body.getValue(field)), allowed);
      }
    }
  }

  private static Throwable translate(String kind, Throwable e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof Problem) {
      return e;
    }
    if (e instanceof ChangeRefusedException refused) {
      return refused(kind, refused);
    }
    return e instanceof UndecidedException undecided
        ? Problem.undecided(message, undecided.mayTakeEffect())
        : e;
  }

  private static Problem refused(String kind, ChangeRefusedException e) {
    String message = String.valueOf(e.getMessage());
    return e.reason() == ChangeRefusedException.Reason.CONFLICT
        ? Problem.conflict(message)
        : Problem.invalidChange(kind, message);
  }
}
