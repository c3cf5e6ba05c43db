package org.quorate.replica;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.merkle.Tree;
import org.quorate.ring.Assignment;
import org.quorate.storage.Location;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Key;

/**
 * One partition that this node owns, or is to own: its hash tree, and what this node has seen of
 * it. Used on its loop.
 */
public final class Partition {
  private static final long DAMAGED = 0x6461_6D61_6765_6421L;

  private final int number;
  private final Key horizonKey;
  private volatile List<String> coOwners = List.of();
  private volatile List<String> sources = List.of();
  private volatile List<String> newcomers = List.of();
  private volatile boolean isNewcomer;
  private volatile Dot seal = new Dot(0, 1);
  private volatile long settlingSince;
  private @Nullable Tree tree;
  private volatile CausalContext horizon = CausalContext.EMPTY;
  private int waitingTombstones;
  private long tombstones;
  private boolean lacksHorizon;
  private int damaged;
  private long keys;
  private long bytes;
  private long life;

  Partition(int number, Key horizonKey) {
    this.number = number;
    this.horizonKey = horizonKey;
  }

  /**
   * Who else has the partition now.
   *
   * @param since the epoch in which the transition under way began, 1 if none is
   */
  void assign(Assignment assignment, int n, String self, long since) {
    coOwners = assignment.holders(n).stream().filter(name -> !name.equals(self)).toList();
    sources = assignment.sources(n).stream().filter(name -> !name.equals(self)).toList();
    newcomers = assignment.newcomers(n);
    isNewcomer = newcomers.contains(self);
    seal = new Dot(0, isNewcomer ? since : 1);
    settlingSince = assignment.settlingSince();
  }

  public int number() {
    return number;
  }

  /** The other owners, and those that are to be. */
  public List<String> coOwners() {
    return coOwners;
  }

  /** The other owners that have been so for as long as the ring has said so. */
  public List<String> sources() {
    return sources;
  }

  /** Whether this node is to be an owner, and copies the partition from its sources. */
  public boolean isNewcomer() {
    return isNewcomer;
  }

  /** Whether another node is to be an owner, and is none yet. */
  public boolean isNewcomer(String node) {
    return newcomers.contains(node);
  }

  /** Whether nobody waits for this node's copy yet. */
  public boolean isCopied() {
    return isNewcomer && settlingSince == 0;
  }

  /** The epoch since which the partition settles with its next owners, 0 if it does not. */
  public long settlingSince() {
    return settlingSince;
  }

  /** The key of the store's own under which the horizon is kept. */
  Key horizonKey() {
    return horizonKey;
  }

  /**
   * In each horizon, so that none is empty; no write has it. One that lacks the seal of a new owner
   * is of a time when this node owned the partition before.
   */
  Dot seal() {
    return seal;
  }

  /** Whether this node is to be an owner by the transition that began in this epoch. */
  boolean isSealed(long since) {
    return isNewcomer && seal.counter() == since;
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
    keys = 0;
    bytes = 0;
  }

  /** Keys that count, those of tombstones that wait among them. */
  public long keys() {
    return keys;
  }

  /** The length of their newest records. */
  public long bytes() {
    return bytes;
  }

  /** Tombstones that some owner may not have seen yet. */
  public int waitingTombstones() {
    return waitingTombstones;
  }

  /** Tombstones that came to wait, ever: to tell whether there are new ones. */
  public long tombstones() {
    return tombstones;
  }

  /**
   * The horizon has yet to grow by those of the co-owners: it knows nothing but that the partition
   * is whole, or reaped tombstones that it does not cover stay here for that.
   */
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
      keys += (counts(to) ? 1 : 0) - (counts(from) ? 1 : 0);
      bytes += bytes(to) - bytes(from);
    }
  }

  private static boolean counts(@Nullable Location at) {
    return at != null && at.heldDigest() != 0;
  }

  private static long bytes(@Nullable Location at) {
    return at != null && counts(at) ? at.length() : 0;
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
