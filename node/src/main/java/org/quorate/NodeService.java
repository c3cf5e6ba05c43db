package org.quorate;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.coordinator.Coordinator;
import org.quorate.http.NodeView;
import org.quorate.peer.Peers;
import org.quorate.ring.Member;
import org.quorate.version.Key;

/** The node as its HTTP side sees it. */
final class NodeService implements NodeView {
  private static final String OPEN_METRICS = "application/openmetrics-text";
  private static final String PROMETHEUS_TEXT = "text/plain";

  private final Node node;
  private final PrometheusMeterRegistry registry;
  private final Defaults defaults;
  private volatile boolean draining;

  NodeService(Node node, PrometheusMeterRegistry registry) {
    this.node = node;
    this.registry = registry;
    NodeConfig config = node.config();
    this.defaults = new Defaults(config.n(), config.r(), config.w());
  }

  /** From now on the node is not ready. */
  void drain() {
    draining = true;
  }

  @Override
  public Defaults defaults() {
    return defaults;
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
    return node.ring().partitionOf(key.hash());
  }

  @Override
  public boolean isReady() {
    return !draining;
  }

  @Override
  public JsonObject cluster() {
    Map<String, Integer> owned = new HashMap<>();
    for (List<String> owners : ring()) {
      owners.forEach(owner -> owned.merge(owner, 1, Integer::sum));
    }
    JsonArray members = new JsonArray();
    for (Member member : node.ring().members()) {
      Peers.Peer peer = node.peers().peer(member);
      members.add(
          new JsonObject()
              .put("name", member.name())
              .put("peer", member.peer())
              .put("http", peer.http())
              .put("zone", peer.zone())
              .put("state", peer.isUp() ? "alive" : "dead")
              .put("incarnation", peer.incarnation())
              .put("owned", owned.getOrDefault(member.name(), 0)));
    }
    return new JsonObject()
        .put("cluster", node.config().cluster())
        .put("node", node.config().name())
        .put("epoch", epoch())
        .put("partitions", node.ring().partitions())
        .put(
            "defaults",
            new JsonObject().put("n", defaults.n()).put("r", defaults.r()).put("w", defaults.w()))
        .put("members", members)
        .putNull("transition");
  }

  @Override
  public long epoch() {
    return node.ring().epoch();
  }

  @Override
  public List<List<String>> ring() {
    return node.ring().ownerNames();
  }

  @Override
  public String metrics(boolean openMetrics) {
    return registry.scrape(openMetrics ? OPEN_METRICS : PROMETHEUS_TEXT);
  }
}
