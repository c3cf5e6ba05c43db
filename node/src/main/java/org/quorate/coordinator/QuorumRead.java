package org.quorate.coordinator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.quorate.replica.Failure;
import org.quorate.version.State;

/**
 * The replies to one quorum read: what they merge to, and whether it may be returned.
 *
 * <p>Pure. Phase one waits for R replies. If they are all equal, their state is the answer. If not,
 * the merge of all must be held by a write quorum before it is returned, for else a later read
 * could miss what this one showed (the write-back of Attiya, Bar-Noy and Dolev, "Sharing memory
 * robustly in message-passing systems", 1995): phase two counts owners that hold it.
 *
 * <p>Invariant: {@code holders} counts owners whose last known digest is the merged one.
 */
final class QuorumRead {
  /** What the replies amount to. */
  enum Phase {
    /** R owners have not answered yet. */
    READING,
    /** The owners that answered differ, and too few hold the merge of their answers. */
    REPAIRING,
    /** {@link #merged} may be returned. */
    DONE,
    /** R owners can no longer answer, or the repair can no longer succeed. */
    FAILED
  }

  private final Groups groups;
  private final int required;
  private final int repairQuorum;
  private final ReplyBoard replies;
  private final ReplyBoard repairs;
  private final long[] digests;
  private final int own;
  private final List<Integer> held = new ArrayList<>();
  private long heldDigest;
  private State merged = State.EMPTY;
  private boolean isOwnKnown;
  private Phase phase = Phase.READING;

  /**
   * @param required answers needed from each set, 1 to {@code n}
   * @param own the owner that is this node, -1 if none is
   */
  QuorumRead(Groups groups, int required, int own) {
    int n = groups.n();
    if (required < 1 || required > n) {
      throw new IllegalArgumentException("r=" + required + " not in 1.." + n);
    }
    this.groups = groups;
    this.required = required;
    this.own = own;
    this.repairQuorum = Math.max(n / 2 + 1, n - required + 1);
    this.replies = new ReplyBoard(groups);
    this.repairs = new ReplyBoard(groups);
    this.digests = new long[groups.owners()];
  }

  /** The owner holds this. What comes after phase one is not merged, only compared. */
  void read(int owner, State state) {
    if (!replies.ack(owner)) {
      return;
    }
    digests[owner] = state.digest();
    if (phase == Phase.READING) {
      join(state);
      isOwnKnown |= owner == own || (!held.isEmpty() && state.digest() == heldDigest);
      if (isOwnKnown) {
        countHeld();
      }
      decide();
    }
  }

  /**
   * The owner holds a state of this digest, which this node held when it asked. The answer counts
   * only once this node's own state is merged, which includes it: until then nobody has sent that
   * state.
   */
  void readSame(int owner, long digest) {
    if (!replies.isAnswered(owner) && !held.contains(owner)) {
      held.add(owner);
      heldDigest = digest;
    }
    if (isOwnKnown || phase != Phase.READING) {
      countHeld();
      decide();
    }
  }

  private void countHeld() {
    for (int owner : held) {
      replies.ack(owner);
      digests[owner] = heldDigest;
    }
    held.clear();
  }

  /** This node's own state will not come: the owners that must be asked for theirs. */
  List<Integer> forgetHeld() {
    List<Integer> forgotten = List.copyOf(held);
    held.clear();
    return forgotten;
  }

  private void join(State state) {
    if (merged.digest() != state.digest()) {
      State joined = State.of(merged.siblings().merge(state.siblings()));
      merged = joined.digest() == state.digest() ? state : joined;
    }
  }

  void failed(int owner, Failure failure) {
    if (replies.fail(owner, failure) && phase == Phase.READING && replies.hopeful() < required) {
      phase = Phase.FAILED;
    }
  }

  /** The owner has stored the merged state. */
  void repaired(int owner) {
    if (repairs.ack(owner)) {
      digests[owner] = merged.digest();
      decide();
    }
  }

  void repairFailed(int owner, Failure failure) {
    if (repairs.fail(owner, failure)) {
      decide();
    }
    if (phase == Phase.REPAIRING && repairs.hopeful() < repairQuorum) {
      phase = Phase.FAILED;
    }
  }

  /** No more replies are awaited. */
  void expired() {
    if (phase == Phase.REPAIRING && holders() >= repairQuorum) {
      phase = Phase.DONE;
    } else if (phase != Phase.DONE) {
      phase = Phase.FAILED;
    }
  }

  private void decide() {
    if (phase == Phase.READING && replies.acks() >= required) {
      phase = areEqual() ? Phase.DONE : Phase.REPAIRING;
    }
    if (phase == Phase.REPAIRING && behind().isEmpty() && holders() >= repairQuorum) {
      phase = Phase.DONE;
    }
  }

  /** Whether all that answered hold the same. */
  private boolean areEqual() {
    for (int owner = 0; owner < digests.length; owner++) {
      if (replies.isAcked(owner) && digests[owner] != merged.digest()) {
        return false;
      }
    }
    return true;
  }

  private int holders() {
    return groups.least(
        owner ->
            (replies.isAcked(owner) || repairs.isAcked(owner))
                && digests[owner] == merged.digest());
  }

  Phase phase() {
    return phase;
  }

  /** The join of all that was read. */
  State merged() {
    return merged;
  }

  /** Owners that answered with less than the merged state and were not repaired. */
  List<Integer> behind() {
    List<Integer> behind = new ArrayList<>();
    for (int owner = 0; owner < digests.length; owner++) {
      if (replies.isAcked(owner)
          && !repairs.isAnswered(owner)
          && digests[owner] != merged.digest()) {
        behind.add(owner);
      }
    }
    return behind;
  }

  int required() {
    return required;
  }

  ReplyBoard replies() {
    return replies;
  }

  @Override
  public String toString() {
    return phase + " " + replies.words() + " " + Arrays.toString(digests);
  }
}
