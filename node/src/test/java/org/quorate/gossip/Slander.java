package org.quorate.gossip;

import java.nio.charset.StandardCharsets;
import net.openhft.hashing.LongHashFunction;

/** Accusations without a reason, as a sick member may spread them. */
public final class Slander {
  private Slander() {}

  /**
   * A datagram in which one member accuses another.
   *
   * @param isDead whether it says that the other is dead, rather than suspect
   */
  public static byte[] datagram(String cluster, View accuser, View accused, boolean isDead) {
    long number = LongHashFunction.xx3().hashBytes(cluster.getBytes(StandardCharsets.UTF_8));
    Packet.Builder datagram =
        Packet.builder(number, Packet.Kind.NEWS, 0, accuser.member(), accuser.incarnation());
    State state = isDead ? State.DEAD : State.SUSPECT;
    String name = accused.member().name();
    datagram.add(
        Packet.encode(
            new Rumour.Fallen(state, name, accused.incarnation(), accuser.member().name())));
    return datagram.build();
  }
}
