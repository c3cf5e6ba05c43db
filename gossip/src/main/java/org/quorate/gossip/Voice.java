package org.quorate.gossip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Composes datagrams: first what the receiver should know about itself, then fresh rumours. */
final class Voice {
  private final long cluster;
  private final Beliefs beliefs;
  private final Rumours rumours;
  private final List<Effect> effects = new ArrayList<>();
  private int sequence;

  /**
   * @param sequence where its numbers begin: best not where an earlier process of this member did
   */
  Voice(long cluster, Beliefs beliefs, Rumours rumours, int sequence) {
    this.sequence = sequence;
    this.cluster = cluster;
    this.beliefs = beliefs;
    this.rumours = rumours;
  }

  int nextSequence() {
    return ++sequence;
  }

  void ping(int number, Member to) {
    send(Packet.Kind.PING, number, to.address(), beliefs.doubtsAbout(to.name()), Optional.empty());
  }

  void pingFor(int number, Member helper, Member target) {
    send(
        Packet.Kind.PING_FOR,
        number,
        helper.address(),
        beliefs.doubtsAbout(helper.name()),
        Optional.of(target));
  }

  /** Answers a datagram whose sender said this of itself. */
  void answer(Packet.Kind kind, Packet packet, String from) {
    send(
        kind,
        packet.sequence(),
        from,
        beliefs.differing(packet.sender(), packet.id(), packet.incarnation()),
        Optional.empty());
  }

  /** Passes on what became of a probe that was asked for. */
  void report(Packet.Kind kind, int number, String to) {
    send(kind, number, to, Optional.empty(), Optional.empty());
  }

  /** Tells a member what it should know first of all. */
  void news(String to, Optional<Rumour> first) {
    send(Packet.Kind.NEWS, 0, to, first, Optional.empty());
  }

  private void send(
      Packet.Kind kind, int number, String to, Optional<Rumour> first, Optional<Member> target) {
    Packet.Builder datagram =
        Packet.builder(cluster, kind, number, beliefs.self(), beliefs.incarnation());
    target.ifPresent(datagram::target);
    first.ifPresent(rumour -> datagram.add(Packet.encode(rumour)));
    rumours.tell(datagram, Timing.transmissions(beliefs.members()));
    effects.add(new Effect.Send(to, datagram.build()));
  }

  void emit(Effect effect) {
    effects.add(effect);
  }

  /** What is to be done since the last call, in order. */
  List<Effect> drain() {
    List<Effect> drained = List.copyOf(effects);
    effects.clear();
    return drained;
  }
}
