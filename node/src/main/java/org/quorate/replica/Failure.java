package org.quorate.replica;

/** Why an owner did not do what it was asked. */
public enum Failure {
  /** It was not connected; nothing was sent. */
  UNREACHABLE(1, true, "unreachable"),
  /** It refused for lack of room; nothing was done. */
  OVERLOADED(2, true, "overloaded"),
  /** Its disk is full; nothing was done. */
  DISK_FULL(3, true, "disk-full"),
  /** Its copy of the key is damaged; nothing was done. */
  DAMAGED(4, true, "damaged"),
  /** The write would have made too many siblings; nothing was done. */
  TOO_MANY_SIBLINGS(5, true, "too-many-siblings"),
  /** The request's ring is not the owner's; nothing was done. */
  STALE_EPOCH(6, true, "stale-epoch"),
  /** The deadline had passed when it got to the request; nothing was done. */
  EXPIRED(7, true, "timeout"),
  /** It did not answer in time. */
  TIMEOUT(8, false, "timeout"),
  /** The connection broke before the answer. */
  DISCONNECTED(9, false, "disconnected"),
  /** It tried and failed. */
  FAILED(10, false, "failed"),
  /** It has just started, and does not take writes of its own yet; nothing was done. */
  NOT_READY(11, true, "not-ready");

  private final int code;
  private final boolean definite;
  private final String word;

  Failure(int code, boolean definite, String word) {
    this.code = code;
    this.definite = definite;
    this.word = word;
  }

  /** Whether it is certain that nothing was done. */
  public boolean isDefinite() {
    return definite;
  }

  /** As peers send it; never changes. */
  public int code() {
    return code;
  }

  /** The failure with this code, {@link #FAILED} if none has it. */
  public static Failure ofCode(int code) {
    for (Failure failure : values()) {
      if (failure.code == code) {
        return failure;
      }
    }
    return FAILED;
  }

  /** As users are shown it. */
  public String word() {
    return word;
  }
}
