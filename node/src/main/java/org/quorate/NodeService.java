package org.quorate;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.quorate.coordinator.Coordinator;
import org.quorate.gossip.Member;
import org.quorate.gossip.State;
import org.quorate.gossip.View;
import org.quorate.http.NodeView;
import org.quorate.http.Problem;
import org.quorate.repair.AntiEntropy;
import org.quorate.replica.Layout;
import org.quorate.ring.BucketProperties;
import org.quorate.ring.ClusterState;
import org.quorate.ring.PartitionState;
import org.quorate.version.Key;

/** The node as its HTTP side sees it. */
final class NodeService implements NodeView {
  private static final String OPEN_METRICS = "application/openmetrics-text";
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final String PROMETHEUS_TEXT = "text/plain";

  private final Node node;
  private final PrometheusMeterRegistry registry;
  private final Executor background;
  private final Defaults defaults;
  private final Runnable stop;
  private final Operator operator;
  private final AtomicReference<@Nullable Instant> drainingSince = new AtomicReference<>();

  /**
   * @param stop drains and stops the whole node
   */
  NodeService(Node node, PrometheusMeterRegistry registry, Executor background, Runnable stop) {
    this.stop = stop;
    this.operator = new Operator(node);
    this.background = background;
    this.node = node;
    this.registry = registry;
    Gauge.builder("quorate.ready", () -> isReady() ? 1 : 0)
        .description("Whether the node is ready: 0 while it drains")
        .register(registry);
    Availability.Defaults quorums = node.defaults();
    this.defaults = new Defaults(quorums.n(), quorums.r(), quorums.w());
  }

  @Override
  public void drain() {
    if (drainingSince.compareAndSet(null, Instant.ofEpochMilli(node.wallMillis()))) {
      stop.run();
    }
  }

  @Override
  public Future<Void> change(String kind, JsonObject body) {
    return operator.change(kind, body);
  }

  @Override
  public Future<JsonObject> plan(String kind, JsonObject body) {
    Promise<JsonObject> planned = Promise.promise();
    background.execute(
        () -> {
          try {
            planned.complete(operator.plan(kind, body));
          } catch (RuntimeException e) {
            planned.fail(e);
          }
        });
    return planned.future();
  }

  @Override
  public Defaults defaults(Key key) {
    ClusterState state = node.state();
    if (state.isFounding(key::bucket)) {
      throw Problem.founding(key.bucket());
    }
    return state.buckets().isEmpty() ? defaults : defaults(key.bucket());
  }

  private Defaults defaults(String bucket) {
    BucketProperties own = node.state().buckets().get(bucket);
    return own == null ? defaults : new Defaults(own.n(), own.r(), own.w());
  }

  @Override
  public JsonObject bucket(String name) {
    Defaults properties = defaults(name);
    return new JsonObject()
        .put("n", properties.n())
        .put("r", properties.r())
        .put("w", properties.w());
  }

  @Override
  public Future<Void> setBucket(String name, JsonObject body) {
    return operator.setBucket(name, body);
  }

  @Override
  public int maxValueBytes() {
    return node.config().maxValueBytes();
  }

  @Override
  public Coordinator coordinator(Key key) {
    return node.coordinator(key);
  }

  @Override
  public int partition(Key key) {
    return Layout.partition(node.state(), key);
  }

  @Override
  public boolean isReady() {
    return drainingSince.get() == null;
  }

  @Override
  public JsonObject cluster() {
    Map<String, Integer> owned = new HashMap<>();
    ClusterState state = node.state();
    RingView.owners(state)
        .forEach(owners -> owners.forEach(owner -> owned.merge(owner, 1, Integer::sum)));
    JsonArray members = new JsonArray();
    node.membership().views().stream()
        .sorted(Comparator.comparing(view -> view.member().name()))
        .forEach(view -> members.add(member(view, owned)));
    return new JsonObject()
        .put("cluster", node.config().cluster())
        .put("node", node.config().name())
        .put("epoch", state.epoch())
        .put("partitions", state.ring().slots())
        .put("layers", layers(state))
        .put(
            "defaults",
            new JsonObject().put("n", defaults.n()).put("r", defaults.r()).put("w", defaults.w()))
        .put("members", members)
        .put("partitionStates", partitionStates())
        .put("transition", transition());
  }

  /** How many buckets have each n. */
  private static JsonArray layers(ClusterState state) {
    JsonArray layers = new JsonArray();
    for (int n : state.ring().layers().subList(1, state.ring().layers().size())) {
      long buckets = state.layered().values().stream().filter(own -> own == n).count();
      layers.add(new JsonObject().put("n", n).put("buckets", buckets));
    }
    return layers;
  }

  private JsonObject partitionStates() {
    Map<PartitionState, Integer> known = node.partitionStates();
    JsonObject states = new JsonObject();
    for (PartitionState state : PartitionState.values()) {
      states.put(state.label(), known.getOrDefault(state, 0));
    }
    return states;
  }

  private @Nullable JsonObject transition() {
    Instant since = drainingSince.get();
    return since == null
        ? TransitionView.of(node.state(), name -> node.membership().standing(name).isLiving())
        : new JsonObject()
            .put("kind", "drain")
            .put("node", node.config().name())
            .put("since", since.toString());
  }

  private JsonObject member(View view, Map<String, Integer> owned) {
    Member member = view.member();
    JsonObject shown =
        new JsonObject()
            .put("name", member.name())
            .put("peer", member.address())
            .put("http", member.http())
            .put("zone", member.zone())
            .put("state", view.state().name().toLowerCase(Locale.ROOT))
            .put("incarnation", view.incarnation())
            .put("draining", member.draining())
            .put("owned", owned.getOrDefault(member.name(), 0));
    boolean wasSeen = view.incarnation() > 0;
    if (view.state() != State.ALIVE && wasSeen) {
      shown
          .put("accuser", view.accuser())
          .put("since", Instant.ofEpochMilli(node.wallMillis(view.sinceNanos())).toString());
    }
    return shown;
  }

  @Override
  public Future<JsonObject> repair() {
    return node.repair().differences().map(this::repair);
  }

  private JsonObject repair(List<AntiEntropy.Difference> differences) {
    JsonArray peers = new JsonArray();
    node.repair()
        .coOwners()
        .forEach(
            (peer, ageNanos) -> {
              JsonArray differing = new JsonArray();
              differences.stream()
                  .filter(difference -> difference.peer().equals(peer))
                  .sorted(Comparator.comparingInt(AntiEntropy.Difference::partition))
                  .forEach(difference -> differing.add(difference(difference)));
              peers.add(
                  new JsonObject()
                      .put("node", peer)
                      .put("millisSinceEqual", ageNanos / NANOS_PER_MILLI)
                      .put("differing", differing));
            });
    return new JsonObject()
        .put("node", node.config().name())
        .put("peers", peers)
        .put("hints", hints())
        .put("refilling", new JsonArray(List.copyOf(node.repair().refilling())))
        .put("tombstonesWaiting", node.repair().waitingTombstones())
        .put("scrubProgress", node.repair().scrubProgress());
  }

  private JsonObject hints() {
    JsonObject pending = new JsonObject();
    node.repair().pendingHints().forEach(pending::put);
    return pending;
  }

  private static JsonObject difference(AntiEntropy.Difference difference) {
    String doing =
        difference.isExchanged() ? "fetching" : difference.isPeerWhole() ? "waiting" : "refilling";
    return new JsonObject()
        .put("partition", difference.partition())
        .put("millis", difference.ageNanos() / NANOS_PER_MILLI)
        .put("doing", doing);
  }

  @Override
  public JsonObject ring() {
    return RingView.of(node.state());
  }

  @Override
  public Future<JsonObject> partitions() {
    return node.repair()
        .held()
        .map(
            held -> {
              JsonArray partitions = new JsonArray();
              held.forEach(each -> partitions.add(held(each)));
              return new JsonObject()
                  .put("node", node.config().name())
                  .put("partitions", partitions);
            });
  }

  private static JsonObject held(RepairView.Held held) {
    return new JsonObject()
        .put("partition", held.partition())
        .put("keys", held.keys())
        .put("bytes", held.bytes())
        .put("whole", held.isWhole());
  }

  @Override
  public Future<String> metrics(boolean openMetrics) {
    Promise<String> text = Promise.promise();
    background.execute(
        () -> {
          try {
            text.complete(registry.scrape(openMetrics ? OPEN_METRICS : PROMETHEUS_TEXT));
          } catch (RuntimeException e) {
            text.fail(e);
          }
        });
    return text.future();
  }
}
