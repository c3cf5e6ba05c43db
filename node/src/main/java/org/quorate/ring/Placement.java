package org.quorate.ring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.openhft.hashing.LongHashFunction;

/**
 * Chooses the owners of each partition, then their order, as two kinds of cheapest flow.
 *
 * <p>Owners: each partition sends one unit for each copy, through zones, to nodes. A node takes the
 * ideal load rounded down, and as many nodes as needed one more, so balance is exact by
 * construction. Within that, a second copy in one zone costs far more than any move, and a copy
 * that a node did not hold before costs one move: so owners are spread over as many zones as
 * balance allows and then as few copies move as possible. Ties are broken by a hash, which scatters
 * the pairs of nodes that share partitions. The order among owners is chosen position by position
 * with the same balance. That a balanced first position always exists follows from Hall's theorem:
 * a copy-balanced choice of owners divides evenly by the number of copies.
 */
final class Placement {
  private static final long MOVE = 1L << 20;
  private static final long SHARED_ZONE = 1L << 40;
  private static final int SCATTER = 63;
  private static final LongHashFunction HASH = LongHashFunction.xx3();

  private final List<Member> members;
  private final int partitions;
  private final List<List<Member>> before;

  /**
   * @param before the preference lists now, by partition; empty lists where there are none yet
   */
  Placement(List<Member> members, int partitions, List<List<Member>> before) {
    this.members = members;
    this.partitions = partitions;
    this.before = before;
  }

  /** For each partition all members: {@code copies} owners in order, then stand-ins in order. */
  List<List<Member>> lists(int copies) {
    int held = Math.min(copies, members.size());
    List<List<Integer>> unordered = owners(held);
    List<List<Member>> ordered = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      ordered.add(new ArrayList<>());
    }
    for (int position = 0; position < held; position++) {
      int[] chosen = position(unordered, position, 0);
      for (int p = 0; p < partitions; p++) {
        ordered.get(p).add(members.get(chosen[p]));
        unordered.get(p).remove((Integer) chosen[p]);
      }
    }
    for (int p = 0; p < partitions; p++) {
      addStandIns(p, ordered.get(p), members);
    }
    return ordered;
  }

  private List<List<Integer>> owners(int copies) {
    List<String> zones = members.stream().map(Member::zone).distinct().sorted().toList();
    Graph graph = new Graph(partitions * zones.size(), partitions * copies, 0);
    int[][] edges = new int[partitions][members.size()];
    for (int p = 0; p < partitions; p++) {
      graph.flow.edge(graph.source, graph.partition(p), copies, 0);
      for (int z = 0; z < zones.size(); z++) {
        for (int copy = 0; copy < copies; copy++) {
          graph.flow.edge(
              graph.partition(p), graph.extra(p * zones.size() + z), 1, copy * SHARED_ZONE);
        }
      }
      for (int m = 0; m < members.size(); m++) {
        int zone = zones.indexOf(members.get(m).zone());
        boolean holds = indexBefore(p, m) >= 0 && indexBefore(p, m) < copies;
        edges[p][m] =
            graph.flow.edge(
                graph.extra(p * zones.size() + zone), graph.member(m), 1, cost(p, m, holds));
      }
    }
    int found = graph.flow.run(graph.source, graph.sink);
    assert found == partitions * copies : found + " of " + partitions * copies + " copies placed";
    List<List<Integer>> owners = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      List<Integer> of = new ArrayList<>();
      for (int m = 0; m < members.size(); m++) {
        if (graph.flow.isUsed(edges[p][m])) {
          of.add(m);
        }
      }
      owners.add(of);
    }
    return owners;
  }

  /** One of the candidates of each partition, balanced; slack loosens balance where it must. */
  private int[] position(List<List<Integer>> candidates, int position, int slack) {
    Graph graph = new Graph(0, partitions, slack);
    int[][] edges = new int[partitions][];
    for (int p = 0; p < partitions; p++) {
      graph.flow.edge(graph.source, graph.partition(p), 1, 0);
      List<Integer> of = candidates.get(p);
      edges[p] = new int[of.size()];
      for (int i = 0; i < of.size(); i++) {
        boolean holds = indexBefore(p, of.get(i)) == position;
        edges[p][i] =
            graph.flow.edge(
                graph.partition(p), graph.member(of.get(i)), 1, cost(p, of.get(i), holds));
      }
    }
    if (graph.flow.run(graph.source, graph.sink) < partitions) {
      return position(candidates, position, slack + 1);
    }
    int[] chosen = new int[partitions];
    for (int p = 0; p < partitions; p++) {
      for (int i = 0; i < edges[p].length; i++) {
        if (graph.flow.isUsed(edges[p][i])) {
          chosen[p] = candidates.get(p).get(i);
        }
      }
    }
    return chosen;
  }

  private int indexBefore(int partition, int member) {
    List<Member> list = before.get(partition);
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).name().equals(members.get(member).name())) {
        return i;
      }
    }
    return -1;
  }

  private long cost(int partition, int member, boolean holds) {
    return holds ? 0 : MOVE + (weight(partition, members.get(member)) & SCATTER);
  }

  private record StandIn(Member member, long weight) {}

  private static long weight(int partition, Member member) {
    return HASH.hashChars(partition + "/" + member.name());
  }

  /** Completes a list of owners by all other members, in an order of the partition's own. */
  static void addStandIns(int partition, List<Member> list, List<Member> members) {
    List<StandIn> standIns = new ArrayList<>();
    for (Member member : members) {
      if (!list.contains(member)) {
        standIns.add(new StandIn(member, weight(partition, member)));
      }
    }
    standIns.sort(Comparator.comparingLong(StandIn::weight));
    standIns.forEach(standIn -> list.add(standIn.member()));
  }

  /** Source, partitions, members, whatever is between, and a sink that members reach in balance. */
  private final class Graph {
    final int source = 0;
    final int sink = 1;
    final MinCostFlow flow;

    Graph(int between, int units, int slack) {
      int remainder = units % members.size();
      int spare = 2;
      flow = new MinCostFlow(3 + partitions + members.size() + between);
      flow.edge(spare, sink, slack == 0 ? remainder : units, 0);
      for (int m = 0; m < members.size(); m++) {
        flow.edge(member(m), sink, units / members.size(), 0);
        flow.edge(member(m), spare, 1 + slack, 0);
      }
    }

    int partition(int p) {
      return 3 + p;
    }

    int member(int m) {
      return 3 + partitions + m;
    }

    int extra(int index) {
      return 3 + partitions + members.size() + index;
    }
  }
}
