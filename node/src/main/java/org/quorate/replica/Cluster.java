package org.quorate.replica;

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

  /** All nodes in the key's order of preference: its owners first, then stand-ins. */
  List<Owner> preference(Key key);
}
