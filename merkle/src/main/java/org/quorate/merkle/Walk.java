package org.quorate.merkle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A walk down two trees, this side's and another's, from a root that differs to the keys that this
 * side may lack. Sans-IO: it names the nodes to ask the other side for, and takes the answers.
 *
 * <pre>
 *  level 0, node 0 ──► their children ──► those that differ ──► … ──► leaves ──► their keys
 * </pre>
 */
public final class Walk {
  /**
   * A leaf that differs.
   *
   * @param mine its hash here, when it was compared
   * @param theirs its hash there
   */
  public record Leaf(int number, long mine, long theirs) {}

  /**
   * A key as a side lists it.
   *
   * @param digest of its state, never 0
   */
  public record Listed<K>(K key, long digest) {}

  private final Tree tree;
  private final List<Leaf> leaves = new ArrayList<>();
  private int level;
  private int[] nodes = {0};

  /** Begins at the root, which is known to differ. */
  public Walk(Tree tree) {
    this.tree = tree;
  }

  /** The level of {@link #nodes}. */
  public int level() {
    return level;
  }

  /** The nodes whose children are to be asked for next; none when the walk is at its end. */
  public int[] nodes() {
    return nodes.clone();
  }

  public boolean isAtEnd() {
    return nodes.length == 0;
  }

  /**
   * Takes their children's hashes of {@link #nodes}, as {@link Tree#children} makes them.
   *
   * @throws IllegalArgumentException if there are more or fewer than were asked for
   */
  public void take(long[] theirs) {
    if (theirs.length != nodes.length * Tree.FANOUT) {
      throw new IllegalArgumentException(
          theirs.length + " hashes for " + nodes.length + " nodes of " + Tree.FANOUT);
    }
    long[] mine = tree.children(level, nodes);
    int[] differing = new int[mine.length];
    int count = 0;
    for (int i = 0; i < mine.length; i++) {
      if (mine[i] != theirs[i]) {
        int child = nodes[i / Tree.FANOUT] * Tree.FANOUT + i % Tree.FANOUT;
        differing[count++] = child;
        if (level + 1 == Tree.LEAF_LEVEL) {
          leaves.add(new Leaf(child, mine[i], theirs[i]));
        }
      }
    }
    level++;
    nodes = level == Tree.LEAF_LEVEL ? new int[0] : Arrays.copyOf(differing, count);
  }

  /** The leaves found to differ, ascending. */
  public List<Leaf> leaves() {
    return List.copyOf(leaves);
  }

  /**
   * Of the keys that the other side lists, those that this side may lack something of.
   *
   * @param digests of this side's keys, 0 for those that it does not have
   */
  public static <K> List<K> lacking(List<Listed<K>> theirs, ToLongFunction<K> digests) {
    return theirs.stream()
        .filter(listed -> digests.applyAsLong(listed.key()) != listed.digest())
        .map(Listed::key)
        .toList();
  }
}
