package org.quorate.merkle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Walks find what a comparison of everything finds, and transfer little for it. */
class WalkTest {
  private final long seed = Long.getLong("quorate.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private long asked;
  private long listed;

  /** The keys that one side lacks something of, found by a walk. */
  private Set<Long> walk(Map<Long, Long> mine, Map<Long, Long> theirs) {
    Tree here = TreeTest.of(mine);
    Tree there = TreeTest.of(theirs);
    if (here.root() == there.root()) {
      return Set.of();
    }
    Walk walk = new Walk(here);
    while (!walk.isAtEnd()) {
      long[] children = there.children(walk.level(), walk.nodes());
      asked += children.length;
      walk.take(children);
    }
    Set<Long> lacking = new HashSet<>();
    for (Walk.Leaf leaf : walk.leaves()) {
      assertEquals(here.leaf(leaf.number()), leaf.mine());
      assertEquals(there.leaf(leaf.number()), leaf.theirs());
      List<Walk.Listed<Long>> list = new ArrayList<>();
      theirs.forEach(
          (key, digest) -> {
            if (Tree.leafOf(key) == leaf.number()) {
              list.add(new Walk.Listed<>(key, digest));
            }
          });
      listed += list.size();
      lacking.addAll(Walk.lacking(list, key -> mine.getOrDefault(key, 0L)));
    }
    return lacking;
  }

  private static Set<Long> compared(Map<Long, Long> mine, Map<Long, Long> theirs) {
    Set<Long> lacking = new HashSet<>();
    theirs.forEach(
        (key, digest) -> {
          if (!digest.equals(mine.get(key))) {
            lacking.add(key);
          }
        });
    return lacking;
  }

  @Test
  void walksOfBothSidesFindAllThatDiffers() {
    for (int round = 0; round < 60; round++) {
      Map<Long, Long> one = new HashMap<>();
      random.longs(random.nextInt(6000)).forEach(key -> one.put(key, random.nextLong() | 1));
      Map<Long, Long> two = new HashMap<>(one);
      int differences = random.nextInt(200);
      List<Long> keys = new ArrayList<>(one.keySet());
      for (int i = 0; i < differences; i++) {
        Map<Long, Long> side = random.nextBoolean() ? one : two;
        switch (random.nextInt(3)) {
          case 0 -> side.put(random.nextLong(), random.nextLong() | 1);
          case 1 -> side.remove(keys.isEmpty() ? 0 : keys.get(random.nextInt(keys.size())));
          default -> {
            if (!keys.isEmpty()) {
              side.put(keys.get(random.nextInt(keys.size())), random.nextLong() | 1);
            }
          }
        }
      }
      assertEquals(compared(one, two), walk(one, two), "seed " + seed);
      assertEquals(compared(two, one), walk(two, one), "seed " + seed);
    }
  }

  @Test
  void anEmptySideLacksEverything() {
    Map<Long, Long> full = new HashMap<>();
    random.longs(20_000).forEach(key -> full.put(key, random.nextLong() | 1));
    assertEquals(full.keySet(), walk(Map.of(), full));
    assertEquals(Set.of(), walk(full, Map.of()));
  }

  @Test
  void whatIsTransferredGrowsWithTheDifferences() {
    Map<Long, Long> one = new HashMap<>();
    random.longs(4000).forEach(key -> one.put(key, random.nextLong() | 1));
    Map<Long, Long> two = new HashMap<>(one);
    two.put(random.nextLong(), 1L);
    walk(one, two);
    assertEquals(3 * Tree.FANOUT, asked);
    assertTrue(listed < 30, listed + " keys listed");
  }

  @Test
  void anAnswerOfAnotherLengthIsRefused() {
    Walk walk = new Walk(new Tree());
    assertThrows(IllegalArgumentException.class, () -> walk.take(new long[15]));
  }
}
