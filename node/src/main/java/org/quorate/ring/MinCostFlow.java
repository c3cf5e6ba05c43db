package org.quorate.ring;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The cheapest maximum flow through a small directed graph, by successive shortest paths
 * (Bellman-Ford with a queue). Deterministic: equal graphs built in equal order give equal flows.
 */
final class MinCostFlow {
  private static final int NONE = -1;

  private final int[] firstEdge;
  private int[] to = new int[64];
  private int[] next = new int[64];
  private int[] capacity = new int[64];
  private long[] cost = new long[64];
  private int edges;

  MinCostFlow(int nodes) {
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
    int[] via = new int[firstEdge.length];
    while (shortestPath(source, sink, via)) {
      int amount = Integer.MAX_VALUE;
      for (int at = sink; at != source; at = to[via[at] ^ 1]) {
        amount = Math.min(amount, capacity[via[at]]);
      }
      for (int at = sink; at != source; at = to[via[at] ^ 1]) {
        capacity[via[at]] -= amount;
        capacity[via[at] ^ 1] += amount;
      }
      flow += amount;
    }
    return flow;
  }

  private boolean shortestPath(int source, int sink, int[] via) {
    long[] distance = new long[firstEdge.length];
    Arrays.fill(distance, Long.MAX_VALUE);
    Arrays.fill(via, NONE);
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
          via[to[e]] = e;
          if (!queued[to[e]]) {
            queued[to[e]] = true;
            queue.add(to[e]);
          }
        }
      }
    }
    return via[sink] != NONE;
  }
}
