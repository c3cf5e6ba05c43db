package org.quorate;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.quorate.console.Cluster;
import org.quorate.console.Following;
import org.quorate.console.Moves;
import org.quorate.console.NodeClient;
import org.quorate.console.PlanText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that changes who belongs to the cluster, and by default waits until it is done. */
@Command(mixinStandardHelpOptions = true, versionProvider = Main.Version.class, sortOptions = false)
abstract class ChangeCommand implements Callable<Integer> {
  private static final int BAD_REQUEST = 400;

  @Mixin private Reach reach = new Reach();

  @Option(
      names = "--plan",
      description = "Only tell what would move, how much, and from where; nothing is changed.")
  private boolean isPlan;

  @Option(
      names = "--detach",
      description = "Come back when the change has begun, not when it is done.")
  private boolean isDetached;

  private final String kind;

  ChangeCommand(String kind) {
    this.kind = kind;
  }

  /** What the cluster is told. */
  abstract JsonObject body();

  /**
   * @param members names of those that own something after it
   * @return whether that is what was asked for
   */
  abstract boolean isDone(List<String> members);

  /**
   * Whether the transition is what was asked for, and not one beside which nothing had to begin.
   */
  boolean isOwn(JsonObject transition) {
    return kind.equals(transition.getString("kind"));
  }

  @Override
  public Integer call() throws InterruptedException {
    Cluster cluster = new Cluster(reach.address());
    try {
      cluster.status();
      return isPlan ? plan(cluster) : change(cluster);
    } catch (NodeClient.Refused e) {
      System.err.println("quorate: " + e.getMessage());
      return e.status() == BAD_REQUEST ? Main.EXIT_USAGE : 1;
    } catch (IOException e) {
      System.err.println("quorate: " + e.getMessage());
      return 1;
    }
  }

  private int plan(Cluster cluster) throws IOException, InterruptedException {
    JsonObject plan = cluster.plan(kind, body());
    List<JsonObject> moving =
        plan.getJsonArray("moving").stream().map(JsonObject.class::cast).toList();
    Moves moves = Moves.of(moving, cluster.sizes(moving));
    if (reach.isJson()) {
      System.out.println(plan.put("copies", moves.json()).encodePrettily());
    } else {
      PlanText.of(plan, moves).forEach(System.out::println);
    }
    return 0;
  }

  private int change(Cluster cluster) throws IOException, InterruptedException {
    JsonObject status = cluster.change(kind, body());
    JsonObject transition = status.getJsonObject("transition");
    boolean isDraining = Following.isDraining(status);
    boolean isUnderWay = transition != null && isOwn(transition);
    if (isDraining && !isDetached) {
      System.err.println(
          "quorate: begun, or as it is already, but the node that was asked stops; see quorate"
              + " status at another");
      return 1;
    }
    if (transition != null && isUnderWay && !isDetached) {
      status = follow(cluster, transition.getLong("sinceEpoch", 0L));
      isUnderWay = status.getJsonObject("transition") != null;
    }
    if (!isDetached && (isUnderWay || !isDone(members(status)))) {
      System.err.println("quorate: another change has taken its place; see quorate status");
      return 1;
    }
    tell(isUnderWay || isDraining ? "begun" : "done, epoch " + status.getLong("epoch"));
    if (reach.isJson()) {
      System.out.println(status.encodePrettily());
    }
    return 0;
  }

  private JsonObject follow(Cluster cluster, long since) throws IOException, InterruptedException {
    tell("begun at epoch " + since + "; it goes on without this command");
    boolean isTerminal = Ansi.AUTO.enabled() && !reach.isJson();
    return new Following(cluster, reach.isJson() ? System.err : System.out, isTerminal)
        .untilOver(since);
  }

  private void tell(String what) {
    if (!reach.isJson()) {
      System.out.println(what);
    }
  }

  /** Others may still be known to have been members. */
  private static List<String> members(JsonObject status) {
    return status.getJsonArray("members", new JsonArray()).stream()
        .map(JsonObject.class::cast)
        .filter(member -> member.getInteger("owned") > 0)
        .map(member -> member.getString("name"))
        .toList();
  }

  /** {@code quorate join}. */
  @Command(
      name = "join",
      description =
          "Let a new node in, before it is started with --join or after; it gets its share of all"
              + " partitions.")
  static final class Join extends ChangeCommand {
    @Parameters(
        paramLabel = "NAME=HOST:PORT[@ZONE]",
        description = "The node, and where the others reach it.")
    private String node = "";

    Join() {
      super("join");
    }

    @Override
    JsonObject body() {
      return new JsonObject().put("node", node);
    }

    @Override
    boolean isOwn(JsonObject transition) {
      String joins = transition.getString(super.isOwn(transition) ? "node" : "by");
      return name().equals(joins);
    }

    @Override
    boolean isDone(List<String> members) {
      return members.contains(name());
    }

    private String name() {
      return node.substring(0, Math.max(0, node.indexOf('=')));
    }
  }

  /** {@code quorate leave}. */
  @Command(
      name = "leave",
      description = "Have a member give up all that it has; then its process ends.")
  static final class Leave extends ChangeCommand {
    @Parameters(paramLabel = "NAME", description = "The member.")
    private String name = "";

    @Option(
        names = "--dead",
        description =
            "It is gone for good, and so is what only it had: the other members take over from each"
                + " other. Counts as a disk that is lost.")
    private boolean isDead;

    Leave() {
      super("leave");
    }

    @Override
    JsonObject body() {
      return new JsonObject().put("name", name).put("dead", isDead);
    }

    @Override
    boolean isDone(List<String> members) {
      return !members.contains(name);
    }
  }

  /** {@code quorate replace}. */
  @Command(
      name = "replace",
      description =
          "Have a new node, or the other members, take the place of one that is gone for good.")
  static final class Replace extends ChangeCommand {
    @Parameters(index = "0", paramLabel = "DEAD", description = "The member that is gone.")
    private String dead = "";

    @Parameters(
        index = "1",
        paramLabel = "NAME=HOST:PORT[@ZONE]",
        description = "The new node, or the name of one that is there.")
    private String by = "";

    Replace() {
      super("replace");
    }

    @Override
    JsonObject body() {
      return new JsonObject().put("dead", dead).put("by", by);
    }

    @Override
    boolean isDone(List<String> members) {
      return !members.contains(dead);
    }
  }

  /** {@code quorate abort}. */
  @Command(name = "abort", description = "Take back the change that is under way.")
  static final class Abort extends ChangeCommand {
    Abort() {
      super("abort");
    }

    @Override
    JsonObject body() {
      return new JsonObject();
    }

    @Override
    boolean isDone(List<String> members) {
      return true;
    }
  }

  /** {@code quorate force}. */
  @Command(
      name = "force",
      description =
          "Have the node that is asked go on without a majority of the members, which is gone for"
              + " good. At one node, once: done at two, it makes two clusters.")
  static final class Force extends ChangeCommand {
    @Option(
        names = "--lost",
        split = ",",
        paramLabel = "NAME[,NAME…]",
        description =
            "The members that are gone. Default: none; all are there, but most have lost their disks.")
    private List<String> lost = List.of();

    @Option(
        names = "--accept-data-loss",
        description =
            "Acknowledged writes of which no copy is left, or too few to be told from older ones, are"
                + " lost for good. Nothing is done without this.")
    private boolean isAccepted;

    Force() {
      super("force");
    }

    @Override
    JsonObject body() {
      return new JsonObject().put("lost", new JsonArray(lost)).put("acceptDataLoss", isAccepted);
    }

    @Override
    boolean isDone(List<String> members) {
      return lost.stream().noneMatch(members::contains);
    }
  }
}
