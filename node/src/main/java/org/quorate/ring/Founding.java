package org.quorate.ring;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.quorate.ring.ChangeRefusedException.Reason;

/**
 * A bucket is to get a number of owners of its own. Until all members have said that they have no
 * key of it, and that they are ready for those to come, its keys can be neither read nor written.
 *
 * @param properties that it is to have
 * @param since the epoch of the state in which this began
 */
public record Founding(String bucket, BucketProperties properties, long since) {
  private static final int MAX_BUCKETS = 1000;

  /** {@code n=5 of bucket carts}. */
  public String describe() {
    return "n=" + properties.n() + " of bucket " + bucket;
  }

  static ClusterState begin(ClusterState state, String bucket, BucketProperties properties) {
    BucketProperties known = state.buckets().get(bucket);
    Founding underWay = state.founding();
    int n = properties.n();
    Founding founding = new Founding(bucket, properties, state.epoch() + 1);
    if (properties.equals(known) || (underWay != null && underWay.isSameAs(founding))) {
      return state;
    }
    if (known == null && state.buckets().size() == MAX_BUCKETS) {
      throw ClusterState.invalid(
          MAX_BUCKETS + " buckets have properties of their own; no more can");
    }
    if (n == state.copies(bucket) && !state.isFounding(() -> bucket)) {
      return founding.reached(state, state.transition(), underWay);
    }
    String wanted = founding.describe();
    if (known != null) {
      throw new ChangeRefusedException(
          Reason.CONFLICT, wanted + " is refused: it is " + known.n() + " and does not change");
    }
    state.requireCalm(wanted);
    return new ClusterState(
        state.epoch() + 1, ring(state.ring(), wanted, n), null, state.buckets(), founding);
  }

  private static Ring ring(Ring ring, String wanted, int n) {
    if (n > ring.members().size()) {
      throw ClusterState.invalid(wanted + " is refused: " + ring.members().size() + " members < n");
    }
    boolean hasLayer = ring.layers().contains(n);
    if (!hasLayer && ring.layers().size() == Ring.MAX_LAYERS) {
      throw ClusterState.invalid(
          wanted + " is refused: buckets have n of " + ring.layers() + ", no more can be");
    }
    return hasLayer ? ring : ring.withLayer(n);
  }

  static ClusterState end(ClusterState state, boolean succeeds) {
    Founding over = state.founding();
    if (over == null) {
      return state;
    }
    if (succeeds) {
      return over.reached(state, null, null);
    }
    boolean hasOthers = state.layered().containsValue(over.properties.n());
    Ring ring = hasOthers ? state.ring() : state.ring().withoutLayer();
    return new ClusterState(state.epoch() + 1, ring, null, state.buckets(), null);
  }

  private boolean isSameAs(Founding other) {
    return bucket.equals(other.bucket) && properties.equals(other.properties);
  }

  /** The bucket has its properties. */
  private ClusterState reached(
      ClusterState state, @Nullable Transition moving, @Nullable Founding founding) {
    SortedMap<String, BucketProperties> all = new TreeMap<>(state.buckets());
    all.put(bucket, properties);
    return new ClusterState(state.epoch() + 1, state.ring(), moving, all, founding);
  }
}
