package org.quorate.merkle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A tree of any history is the tree of what is there, and no other set has it. */
class TreeTest {
  private final long seed = Long.getLong("quorate.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);

  static Tree of(Map<Long, Long> pairs) {
    Tree tree = new Tree();
    pairs.forEach((hash, digest) -> tree.change(hash, 0, digest));
    return tree;
  }

  private static void requireSame(Tree expected, Tree actual, String what) {
    for (int level = Tree.LEAF_LEVEL; level >= 0; level--) {
      for (int node = 0; node < Tree.width(level); node++) {
        assertEquals(
            expected.hash(level, node), actual.hash(level, node), what + " " + level + ":" + node);
      }
    }
  }

  @Test
  void aTreeOfAnyHistoryEqualsOneFromScratch() {
    Tree tree = new Tree();
    Map<Long, Long> pairs = new HashMap<>();
    long[] keys = random.longs(2000).toArray();
    for (int step = 0; step < 50_000; step++) {
      long key = keys[random.nextInt(keys.length)];
      long after = random.nextInt(4) == 0 ? 0 : random.nextLong() | 1;
      tree.change(key, pairs.getOrDefault(key, 0L), after);
      if (after == 0) {
        pairs.remove(key);
      } else {
        pairs.put(key, after);
      }
      if (random.nextInt(500) == 0) {
        assertEquals(of(pairs).root(), tree.root(), "seed " + seed + " step " + step);
      }
    }
    requireSame(of(pairs), tree, "seed " + seed);
  }

  @Test
  void whatComesAndGoesLeavesNothing() {
    Tree tree = new Tree();
    long empty = tree.root();
    long[] keys = random.longs(500).toArray();
    for (long key : keys) {
      tree.change(key, 0, key | 1);
    }
    assertNotEquals(empty, tree.root());
    for (long key : keys) {
      tree.change(key, key | 1, 0);
    }
    requireSame(new Tree(), tree, "seed " + seed);
  }

  @Test
  void anyOneDifferenceShowsInEachNodeAboveIt() {
    for (int round = 0; round < 300; round++) {
      Map<Long, Long> pairs = new HashMap<>();
      random.longs(random.nextInt(200)).forEach(key -> pairs.put(key, random.nextLong() | 1));
      Map<Long, Long> other = new HashMap<>(pairs);
      long key = random.nextLong();
      if (random.nextBoolean() && !pairs.isEmpty()) {
        key = pairs.keySet().iterator().next();
      }
      other.merge(key, random.nextLong() | 1, (a, b) -> random.nextBoolean() ? null : a + 2);
      Tree one = of(pairs);
      Tree two = of(other);
      for (int level = 0; level <= Tree.LEAF_LEVEL; level++) {
        int above = Tree.leafOf(key) >>> (4 * (Tree.LEAF_LEVEL - level));
        for (int node = 0; node < Tree.width(level); node++) {
          String where = "seed " + seed + " " + level + ":" + node;
          if (node == above) {
            assertNotEquals(one.hash(level, node), two.hash(level, node), where);
          } else {
            assertEquals(one.hash(level, node), two.hash(level, node), where);
          }
        }
      }
    }
  }

  @Test
  void keysThatExchangeTheirDigestsAreAnotherSet() {
    for (int round = 0; round < 1000; round++) {
      long key = random.nextLong();
      long neighbour = key ^ (1L << (12 + random.nextInt(52)));
      long a = 1 + random.nextLong(1000);
      long b = 1001 + random.nextLong(1000);
      assertNotEquals(
          of(Map.of(key, a, neighbour, b)).root(), of(Map.of(key, b, neighbour, a)).root());
      assertNotEquals(
          of(Map.of(key, a, neighbour, a)).root(), of(Map.of(key, b, neighbour, b)).root());
    }
  }

  @Test
  void smallSetsOfOneLeafAreAllTold() {
    Set<Long> seen = new HashSet<>();
    int sets = 0;
    for (long a = 0; a < 40; a++) {
      for (long b = 0; b < 40; b++) {
        for (long c = 0; c < 40; c++) {
          Tree tree = new Tree();
          tree.change(1L << 12, 0, a);
          tree.change(2L << 12, 0, b);
          tree.change(3L << 12, 0, c);
          seen.add(tree.leaf(0));
          sets++;
        }
      }
    }
    assertEquals(sets, seen.size());
  }

  @Test
  void nodesThatAreNotThereAreRefused() {
    Tree tree = new Tree();
    assertThrows(IllegalArgumentException.class, () -> tree.children(3, new int[] {0}));
    assertThrows(IllegalArgumentException.class, () -> tree.children(-1, new int[] {0}));
    assertThrows(IllegalArgumentException.class, () -> tree.children(1, new int[] {16}));
    assertThrows(IllegalArgumentException.class, () -> tree.children(1, new int[] {-1}));
  }
}
