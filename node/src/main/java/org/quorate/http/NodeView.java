package org.quorate.http;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.quorate.coordinator.Coordinator;
import org.quorate.version.Key;

/** What the HTTP side may know of the node. Callable on any HTTP loop. */
public interface NodeView {
  /** How many owners a key has, and how many of them requests wait for that do not say. */
  record Defaults(int n, int r, int w) {}

  /** Those of the key's bucket. */
  Defaults defaults(Key key);

  /** {@code GET /v1/buckets/{bucket}}. */
  JsonObject bucket(String name);

  /**
   * Sets a bucket's properties. Completes on any thread when that is decided; fails with {@link
   * Problem}.
   *
   * @param body what the operator said
   */
  Future<Void> setBucket(String name, JsonObject body);

  int maxValueBytes();

  Coordinator coordinator(Key key);

  int partition(Key key);

  /** Store and ring are open, and the node is not draining. */
  boolean isReady();

  /** Begins to drain and then stops the node; does nothing if that has begun. */
  void drain();

  /** {@code GET /v1/cluster}. */
  JsonObject cluster();

  /**
   * Changes who belongs to the cluster. Completes on any thread when the change has begun; fails
   * with {@link Problem}.
   *
   * @param kind {@code join}, {@code leave}, {@code replace}, {@code abort} or {@code force}
   * @param body what the operator said
   */
  Future<Void> change(String kind, JsonObject body);

  /**
   * What {@link #change} would do: nothing is changed. Completes on any thread; fails with {@link
   * Problem}.
   */
  Future<JsonObject> plan(String kind, JsonObject body);

  /** {@code GET /v1/node/partitions}. Completes on any thread. */
  Future<JsonObject> partitions();

  /** {@code GET /v1/cluster/repair}. Completes on any thread. */
  Future<JsonObject> repair();

  /** {@code GET /v1/cluster/ring}. */
  JsonObject ring();

  /**
   * All metrics; OpenMetrics if {@code openMetrics}, else Prometheus text. Completes on another
   * thread, because it takes long.
   */
  Future<String> metrics(boolean openMetrics);
}
