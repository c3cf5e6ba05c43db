package org.quorate.gossip;

/** What is believed of a member; within one incarnation a later one here wins. */
public enum State {
  /** It answers, or nobody has said otherwise. */
  ALIVE(0),
  /** Somebody did not reach it by any way; it may still refute that. */
  SUSPECT(1),
  /** It did not refute in time. */
  DEAD(2),
  /** It said itself that it stops. */
  LEFT(3);

  private final int code;

  State(int code) {
    this.code = code;
  }

  /** As members send it; never changes. */
  int code() {
    return code;
  }

  /**
   * @throws IllegalArgumentException if no state has this code
   */
  static State ofCode(int code) {
    for (State state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    throw new IllegalArgumentException("no state " + code);
  }

  /** Whether it is to be counted on: suspects are, until they are dead. */
  public boolean isLiving() {
    return this == ALIVE || this == SUSPECT;
  }
}
