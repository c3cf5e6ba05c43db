package org.quorate.coordinator;

import org.quorate.replica.Failure;

/**
 * The replies to one quorum write, and whether they are enough.
 *
 * <p>Pure: the driver adds replies in any order and asks for the outcome. Once decided, an outcome
 * does not change.
 */
final class QuorumWrite {
  /** What the replies amount to. */
  enum Outcome {
    /** More replies could still change it. */
    OPEN,
    /** Enough owners have stored the write durably. */
    DONE,
    /** Enough can no longer answer, and it is certain that no owner stored it. */
    NOT_APPLIED,
    /** Enough can no longer answer in time, and some owner may have stored it. */
    UNKNOWN
  }

  private final int required;
  private final ReplyBoard replies;
  private Outcome outcome = Outcome.OPEN;

  /**
   * @param required acknowledgements needed in each set, 1 to {@code n}
   */
  QuorumWrite(Groups groups, int required) {
    if (required < 1 || required > groups.n()) {
      throw new IllegalArgumentException("w=" + required + " not in 1.." + groups.n());
    }
    this.required = required;
    this.replies = new ReplyBoard(groups);
  }

  void acked(int owner) {
    if (replies.ack(owner) && outcome == Outcome.OPEN && replies.acks() >= required) {
      outcome = Outcome.DONE;
    }
  }

  void failed(int owner, Failure failure) {
    if (replies.fail(owner, failure) && outcome == Outcome.OPEN && replies.hopeful() < required) {
      outcome = replies.isUntouched() ? Outcome.NOT_APPLIED : Outcome.UNKNOWN;
    }
  }

  /**
   * The owner minted no dot, and no other owner was sent anything yet.
   *
   * @param another whether another owner will be asked to mint
   */
  void notMinted(int owner, Failure failure, boolean another) {
    replies.fail(owner, failure);
    if (!another || replies.hopeful() < required) {
      outcome = failure.isDefinite() ? Outcome.NOT_APPLIED : Outcome.UNKNOWN;
    }
  }

  /** No more replies are awaited. */
  void expired() {
    if (outcome == Outcome.OPEN) {
      outcome = Outcome.UNKNOWN;
    }
  }

  Outcome outcome() {
    return outcome;
  }

  int required() {
    return required;
  }

  ReplyBoard replies() {
    return replies;
  }
}
