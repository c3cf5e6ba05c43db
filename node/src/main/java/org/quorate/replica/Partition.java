package org.quorate.replica;

import java.util.List;
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
  private static final long DAMAGED = 0x6461_6D61_6765_6421L;

  private final int number;
  private final Key horizonKey;
  private final List<String> coOwners;
  private @Nullable Tree tree;
  private volatile CausalContext horizon = CausalContext.EMPTY;
  private int waitingTombstones;
  private long tombstones;
  private boolean lacksHorizon;
  private int damaged;
  private long life;

  Partition(int number, Key horizonKey, List<String> coOwners) {
    this.number = number;
    this.horizonKey = horizonKey;
    this.coOwners = coOwners;
  }

  public int number() {
    return number;
  }

  /** The other owners. */
  public List<String> coOwners() {
    return coOwners;
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

  /** What is being written of the horizon counts no more. */
  void forget() {
    life++;
    horizon = CausalContext.EMPTY;
  }

  /** Changes each time that the horizon is given up. */
  long life() {
    return life;
  }

  /** Keys whose record is damaged. */
  int damaged() {
    return damaged;
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
    damaged = 0;
  }

  /** Tombstones that some owner may not have seen yet. */
  public int waitingTombstones() {
    return waitingTombstones;
  }

  /** Tombstones that came to wait, ever: to tell whether there are new ones. */
  public long tombstones() {
    return tombstones;
  }

  /** Reaped tombstones may be here that this node's horizon does not cover, so that they stay. */
  public boolean lacksHorizon() {
    return lacksHorizon;
  }

  public void lacksHorizon(boolean lacks) {
    lacksHorizon = lacks;
  }

  void changed(Key key, @Nullable Location from, @Nullable Location to) {
    if (tree != null && !key.isSystem()) {
      tree.change(key.hash(), digest(from), digest(to));
      waitingTombstones += waiting(to) - waiting(from);
      tombstones += waiting(to);
      damaged += damaged(to) - damaged(from);
    }
  }

  /** A damaged key is like no other owner's. */
  private static long digest(@Nullable Location at) {
    if (at != null && at.isDamaged()) {
      return DAMAGED ^ at.position();
    }
    return at == null ? 0 : at.heldDigest();
  }

  private static int damaged(@Nullable Location at) {
    return at != null && at.isDamaged() ? 1 : 0;
  }

  private static int waiting(@Nullable Location at) {
    return at != null && at.isWaitingTombstone() ? 1 : 0;
  }
}
