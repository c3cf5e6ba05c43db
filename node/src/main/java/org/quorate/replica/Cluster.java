package org.quorate.replica;

import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.version.Key;

/** The owners of keys as one event loop sees them. */
public interface Cluster {
  /**
   * A node that may hold a key.
   *
   * @param local this node's own side, null if it is another node
   */
  record Owner(String name, Replica replica, @Nullable LocalReplica local, Health health) {}

  /** What is known of a node's ability to answer. */
  interface Health {
    /** It can be asked now. */
    boolean isUp();

    /** It can be asked, but others do as well or better. */
    boolean isLastChoice();

    /**
     * How long one more answer is expected to take, nanoseconds, from the latency and the queue of
     * the node, or the age of the oldest unanswered request where that is more, so that a node that
     * stopped answering ranks last.
     */
    long expectedNanos();

    /** The round trip that nineteen of twenty answers stay under, nanoseconds. */
    long p95Nanos();
  }

  /**
   * Who is responsible for a key, under one state of the cluster.
   *
   * @param n how many of them own the key
   * @param epoch of that state: the owners' replicas refuse what comes under it when it is too old
   * @param now all nodes in order of preference: its owners first, then stand-ins
   * @param next the same of the owners to come, while the key's partition is on its way to them;
   *     else empty. They are written to as well.
   * @param isSettling whether the next owners are read from as well
   */
  record Preference(int n, long epoch, List<Owner> now, List<Owner> next, boolean isSettling) {}

  Preference preference(Key key);

  /**
   * An owner refused a request because it knows a newer state than this one. Completes when this
   * node knows a newer one too.
   */
  Future<Void> newerThan(long epoch, String knownBy);
}
