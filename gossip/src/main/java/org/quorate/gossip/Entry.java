package org.quorate.gossip;

import java.util.Optional;

/** One member in the table. Only {@link Table} changes it. */
final class Entry {
  private Member member;
  private State state;
  private long incarnation;
  private String accuser;
  private long sinceNanos;
  private Optional<Suspicion> suspicion = Optional.empty();

  /** This entry's place on the list of the living, or -1. */
  int place = -1;

  Entry(Member member, State state, long incarnation, String accuser, long now) {
    this.member = member;
    this.state = state;
    this.incarnation = incarnation;
    this.accuser = accuser;
    this.sinceNanos = now;
  }

  void alive(Member newMember, long newIncarnation, long now) {
    sinceNanos = state == State.ALIVE ? sinceNanos : now;
    member = newMember;
    state = State.ALIVE;
    incarnation = newIncarnation;
    accuser = "";
    suspicion = Optional.empty();
  }

  void fallen(
      State newState, long newIncarnation, String by, long now, Optional<Suspicion> newSuspicion) {
    state = newState;
    incarnation = newIncarnation;
    accuser = by;
    sinceNanos = now;
    suspicion = newSuspicion;
  }

  String name() {
    return member.name();
  }

  Member member() {
    return member;
  }

  State state() {
    return state;
  }

  long incarnation() {
    return incarnation;
  }

  long sinceNanos() {
    return sinceNanos;
  }

  /** Present while the member is suspected. */
  Optional<Suspicion> suspicion() {
    return suspicion;
  }

  View view() {
    return new View(member, state, incarnation, accuser, sinceNanos);
  }

  /** What there is to tell of this member. */
  Rumour rumour() {
    return state == State.ALIVE
        ? new Rumour.Alive(member, incarnation)
        : new Rumour.Fallen(state, member.name(), incarnation, accuser);
  }

  /**
   * Stands for what two members should agree on: who lives, in which incarnation. The gone do not
   * count, so that one who forgot them agrees with one who did not.
   */
  long hash() {
    return state.isLiving() ? mix(nameHash() ^ mix(incarnation)) : 0;
  }

  /** The part of the table that this entry belongs to. */
  int part() {
    return (int) (mix(nameHash()) & (Table.PARTS - 1));
  }

  private long nameHash() {
    long hash = 1125899906842597L;
    for (int i = 0; i < member.name().length(); i++) {
      hash = 31 * hash + member.name().charAt(i);
    }
    return hash;
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
