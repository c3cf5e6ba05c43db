package org.quorate.ring;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The cheapest maximum flow through a directed graph: all shortest paths of one length at a time
 * (Ford and Fulkerson's primal-dual method), lengths by Bellman-Ford with a queue. Deterministic:
 * equal graphs built in equal order give equal flows.
 */
final class MinCostFlow {
  private static final int NONE = -1;

  private final int[] firstEdge;
  private int[] to = new int[64];
  private int[] next = new int[64];
  private int[] capacity = new int[64];
  private long[] cost = new long[64];
  private int edges;

  /** Of each node from the source, by the cheapest way that is left. */
  private final long[] distance;

  MinCostFlow(int nodes) {
    distance = new long[nodes];
    firstEdge = new int[nodes];
    Arrays.fill(firstEdge, NONE);
  }

  /** Adds an edge and returns its id, for {@link #isUsed}. */
  int edge(int from, int target, int maxFlow, long costPerUnit) {
    int id = edges;
    half(from, target, maxFlow, costPerUnit);
    half(target, from, 0, -costPerUnit);
    return id;
  }

  private void half(int from, int target, int maxFlow, long costPerUnit) {
    if (edges == to.length) {
      to = Arrays.copyOf(to, edges * 2);
      next = Arrays.copyOf(next, edges * 2);
      capacity = Arrays.copyOf(capacity, edges * 2);
      cost = Arrays.copyOf(cost, edges * 2);
    }
    to[edges] = target;
    next[edges] = firstEdge[from];
    capacity[edges] = maxFlow;
    cost[edges] = costPerUnit;
    firstEdge[from] = edges++;
  }

  /** Whether flow goes through the edge. */
  boolean isUsed(int edge) {
    return capacity[edge ^ 1] > 0;
  }

  /** Fills the graph and returns the flow's size. */
  int run(int source, int sink) {
    int flow = 0;
    while (measure(source, sink)) {
      int[] edgeOf = firstEdge.clone();
      for (int more = augment(source, sink, edgeOf); more > 0; ) {
        flow += more;
        more = augment(source, sink, edgeOf);
      }
    }
    return flow;
  }

  /** Finds out how far each node is; false if the sink cannot be reached any more. */
  private boolean measure(int source, int sink) {
    Arrays.fill(distance, Long.MAX_VALUE);
    boolean[] queued = new boolean[firstEdge.length];
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    distance[source] = 0;
    queue.add(source);
    while (!queue.isEmpty()) {
      int at = queue.poll();
      queued[at] = false;
      for (int e = firstEdge[at]; e != NONE; e = next[e]) {
        long reached = distance[at] + cost[e];
        if (capacity[e] > 0 && reached < distance[to[e]]) {
          distance[to[e]] = reached;
          if (!queued[to[e]]) {
            queued[to[e]] = true;
            queue.add(to[e]);
          }
        }
      }
    }
    return distance[sink] < Long.MAX_VALUE;
  }

  /**
   * Sends flow along one of the shortest paths, by a search that goes on where the last one ended.
   *
   * @param edgeOf for each node the edge to try next; those before it lead nowhere
   * @return how much, 0 if none is left
   */
  private int augment(int source, int sink, int[] edgeOf) {
    boolean[] isOnPath = new boolean[firstEdge.length];
    ArrayDeque<Integer> path = new ArrayDeque<>();
    int at = source;
    while (at != sink) {
      isOnPath[at] = true;
      int e = edgeOf[at];
      while (e != NONE && !(leadsOn(at, e) && !isOnPath[to[e]])) {
        e = next[e];
      }
      edgeOf[at] = e;
      if (e != NONE) {
        path.push(e);
        at = to[e];
      } else if (path.isEmpty()) {
        return 0;
      } else {
        isOnPath[at] = false;
        at = to[path.pop() ^ 1];
        edgeOf[at] = next[edgeOf[at]];
      }
    }
    int amount = path.stream().mapToInt(e -> capacity[e]).min().orElse(0);
    for (int e : path) {
      capacity[e] -= amount;
      capacity[e ^ 1] += amount;
    }
    return amount;
  }

  private boolean leadsOn(int at, int e) {
    return capacity[e] > 0 && distance[to[e]] == distance[at] + cost[e];
  }
}
