package org.quorate.gossip;

/** One belief about one member, as it travels. */
sealed interface Rumour {
  String name();

  long incarnation();

  State state();

  /** What a member says of itself. */
  record Alive(Member member, long incarnation) implements Rumour {
    @Override
    public String name() {
      return member.name();
    }

    @Override
    public State state() {
      return State.ALIVE;
    }
  }

  /**
   * What others say of a member, or that it left.
   *
   * @param by who says so
   */
  record Fallen(State state, String name, long incarnation, String by) implements Rumour {
    public Fallen {
      if (state == State.ALIVE) {
        throw new IllegalArgumentException(name + " is alive, not fallen");
      }
    }
  }
}
