package org.quorate.merkle;

import java.util.Arrays;

/**
 * A hash tree of a set of keys with a digest each, of fixed shape (Merkle, 1987; Dynamo, section
 * 4.7). It knows no key by itself.
 *
 * <p>A key's leaf is told by the low bits of its hash. A leaf is the sum of a word for each of its
 * keys, so a change of one costs the same whatever the tree holds; inner hashes are computed when
 * they are asked for. Used by one thread.
 */
public final class Tree {
  /** Children of an inner node. */
  public static final int FANOUT = 16;

  /** The level of the leaves; the root's is 0. */
  public static final int LEAF_LEVEL = 3;

  /** Leaves, numbered from 0. */
  public static final int LEAVES = 1 << 12;

  private static final int FANOUT_BITS = 4;

  /** Where each level starts in an array of all nodes. */
  private static final int[] START = {0, 1, 1 + 16, 1 + 16 + 256};

  private final long[] hashes = new long[START[LEAF_LEVEL] + LEAVES];
  private final boolean[] stale = new boolean[START[LEAF_LEVEL]];

  public Tree() {
    Arrays.fill(stale, true);
  }

  /** The leaf of a key with this hash. */
  public static int leafOf(long keyHash) {
    return (int) keyHash & (LEAVES - 1);
  }

  /** Nodes of a level, 0 to {@link #LEAF_LEVEL}. */
  public static int width(int level) {
    return 1 << (FANOUT_BITS * level);
  }

  /**
   * A key has another digest now.
   *
   * @param before its digest until now, 0 if it was not there
   * @param after its digest from now on, 0 if it is gone
   */
  public void change(long keyHash, long before, long after) {
    int leaf = leafOf(keyHash);
    hashes[START[LEAF_LEVEL] + leaf] += word(keyHash, after) - word(keyHash, before);
    int node = leaf;
    for (int level = LEAF_LEVEL - 1; level >= 0; level--) {
      node >>>= FANOUT_BITS;
      if (stale[START[level] + node]) {
        return;
      }
      stale[START[level] + node] = true;
    }
  }

  /** What a key with this digest adds to its leaf; nothing if it is not there. */
  private static long word(long keyHash, long digest) {
    return digest == 0 ? 0 : mixed(mixed(keyHash) + 0x9E3779B97F4A7C15L * digest);
  }

  /** A bijection in which each bit depends on all (the finalizer of SplitMix64, Stafford's 13). */
  private static long mixed(long word) {
    long x = (word ^ (word >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }

  public long root() {
    return hash(0, 0);
  }

  /**
   * The hash of a node.
   *
   * @param node its number in the level, from 0
   */
  public long hash(int level, int node) {
    int at = START[level] + node;
    if (level < LEAF_LEVEL && stale[at]) {
      long hash = level + 1L;
      for (int child = 0; child < FANOUT; child++) {
        hash = mixed(hash + hash(level + 1, node * FANOUT + child)) * FANOUT + child;
      }
      hashes[at] = mixed(hash);
      stale[at] = false;
    }
    return hashes[at];
  }

  public long leaf(int leaf) {
    return hash(LEAF_LEVEL, leaf);
  }

  /**
   * The hashes of the nodes' children, {@link #FANOUT} for each.
   *
   * @param level 0 to {@link #LEAF_LEVEL} - 1
   * @throws IllegalArgumentException if there is no such node
   */
  public long[] children(int level, int[] nodes) {
    if (level < 0 || level >= LEAF_LEVEL) {
      throw new IllegalArgumentException("level " + level + ", allowed are 0 to 2");
    }
    if (nodes.length > width(level)) {
      throw new IllegalArgumentException(nodes.length + " nodes of " + width(level));
    }
    long[] children = new long[nodes.length * FANOUT];
    for (int i = 0; i < nodes.length; i++) {
      if (nodes[i] < 0 || nodes[i] >= width(level)) {
        throw new IllegalArgumentException("node " + nodes[i] + " of " + width(level));
      }
      for (int child = 0; child < FANOUT; child++) {
        children[i * FANOUT + child] = hash(level + 1, nodes[i] * FANOUT + child);
      }
    }
    return children;
  }
}
