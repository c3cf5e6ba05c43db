package org.quorate.replica;

import org.jspecify.annotations.Nullable;
import org.quorate.merkle.Tree;
import org.quorate.storage.Location;
import org.quorate.version.CausalContext;
import org.quorate.version.Key;

/**
 * One partition that this node owns: its hash tree, and what this node has seen of it. Used on its
 * loop.
 */
public final class Partition {
  private final int number;
  private final Key horizonKey;
  private @Nullable Tree tree;
  private volatile CausalContext horizon = CausalContext.EMPTY;
  private int waitingTombstones;

  Partition(int number, Key horizonKey) {
    this.number = number;
    this.horizonKey = horizonKey;
  }

  public int number() {
    return number;
  }

  /** The key of the store's own under which the horizon is kept. */
  Key horizonKey() {
    return horizonKey;
  }

  /** The horizon on disk, {@link CausalContext#EMPTY} while the partition is not whole. */
  CausalContext horizon() {
    return horizon;
  }

  void horizon(CausalContext durable) {
    horizon = durable;
  }

  public boolean isBuilt() {
    return tree != null;
  }

  /** The tree of all keys that count. */
  public Tree tree() {
    Tree built = tree;
    if (built == null) {
      throw new IllegalStateException("the tree of partition " + number + " is not built yet");
    }
    return built;
  }

  void tree(Tree empty) {
    tree = empty;
    waitingTombstones = 0;
  }

  /** Tombstones that some owner may not have seen yet. */
  public int waitingTombstones() {
    return waitingTombstones;
  }

  void changed(Key key, @Nullable Location from, @Nullable Location to) {
    if (tree != null && !key.isSystem()) {
      tree.change(key.hash(), digest(from), digest(to));
      waitingTombstones += waiting(to) - waiting(from);
    }
  }

  private static long digest(@Nullable Location at) {
    return at == null ? 0 : at.heldDigest();
  }

  private static int waiting(@Nullable Location at) {
    return at != null && at.isWaitingTombstone() ? 1 : 0;
  }
}
