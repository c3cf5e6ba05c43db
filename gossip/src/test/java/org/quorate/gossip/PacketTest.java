package org.quorate.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.gossip.Packet.Kind;
import org.quorate.gossip.Packet.StrangerException;

class PacketTest {
  private static final long CLUSTER = 5;
  private static final Member SELF = new Member("n1", -7, "h:1", "h:2", "zone ä", 3, true);
  private static final List<Rumour> RUMOURS =
      List.of(
          new Rumour.Alive(SELF, 9),
          new Rumour.Fallen(State.SUSPECT, "n2", 4, "n3"),
          new Rumour.Fallen(State.LEFT, "n4", Long.MAX_VALUE, "n4"));

  private static byte[] datagram() {
    Packet.Builder datagram =
        Packet.builder(CLUSTER, Kind.PING_FOR, -2, SELF, 8).target(Member.seed("t", "x:9", ""));
    RUMOURS.forEach(rumour -> assertTrue(datagram.add(Packet.encode(rumour))));
    return datagram.build();
  }

  @Test
  void whatIsWrittenIsRead() throws StrangerException {
    Packet packet = Packet.decode(datagram(), CLUSTER);
    assertEquals(new Packet(Kind.PING_FOR, -2, -7, 8, "n1", "t", "x:9", RUMOURS), packet);
  }

  @Test
  void aDatagramThatWasCutShortIsGarbage() {
    byte[] datagram = datagram();
    for (int length = 0; length < datagram.length; length++) {
      byte[] cut = Arrays.copyOf(datagram, length);
      assertThrows(StrangerException.class, () -> Packet.decode(cut, CLUSTER));
    }
  }

  @Test
  void anyFlippedBitIsFound() {
    for (int bit = 0; bit < datagram().length * 8; bit++) {
      byte[] flipped = datagram();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(StrangerException.class, () -> Packet.decode(flipped, CLUSTER));
    }
  }

  @Test
  void noiseIsGarbage() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      byte[] noise = new byte[random.nextInt(2000)];
      random.nextBytes(noise);
      assertThrows(StrangerException.class, () -> Packet.decode(noise, CLUSTER));
    }
  }

  @Test
  void aDatagramTakesRumoursWhileItHasRoom() {
    Packet.Builder datagram = Packet.builder(CLUSTER, Kind.NEWS, 0, SELF, 8);
    byte[] rumour = Packet.encode(RUMOURS.get(0));
    int taken = 0;
    while (datagram.add(rumour)) {
      taken++;
    }
    int length = datagram.build().length;
    assertTrue(taken > 10 && length <= Packet.MAX_BYTES, length + " bytes");
    assertTrue(length + rumour.length > Packet.MAX_BYTES, length + " bytes");
  }

  @Test
  void theLongestMemberFitsADatagram() {
    String text = "ä".repeat(Member.MAX_TEXT_BYTES / 2 - 1);
    Member longest = new Member("ä", 1, text, "", "", 1, false);
    Packet.Builder datagram = Packet.builder(CLUSTER, Kind.NEWS, 0, SELF, 8);
    assertTrue(datagram.add(Packet.encode(new Rumour.Alive(longest, 1))));
    assertThrows(IllegalArgumentException.class, () -> new Member("ää", 1, text, "", "", 1, false));
  }

  @Test
  void aComparisonIsCheckedForWhatItIs() {
    SimMembers sim = SimMembers.settled(3, 1);
    Gossip gossip = sim.members.get(0).gossip;
    byte[] question = gossip.question();
    for (int length = 0; length < question.length; length++) {
      byte[] cut = Arrays.copyOf(question, length);
      assertThrows(IllegalArgumentException.class, () -> gossip.answer("m1", cut, 0));
    }
    assertThrows(IllegalArgumentException.class, () -> gossip.answer("m1", new byte[] {7}, 0));
    byte[] same = sim.members.get(1).gossip.answer("m0", question, 0);
    assertEquals(Long.BYTES, same.length, "nothing differs");
    assertTrue(gossip.answered("m1", same, 0).isEmpty());
    assertFalse(gossip.view("m1").isEmpty());
  }

  /** Lifeguard, section IV-B: from most to least by the logarithm of the confirmations. */
  @Test
  void aSuspicionShrinksWithEachConfirmation() {
    Timing timing = Timing.standard();
    Suspicion suspicion = new Suspicion(100, "a", 100, timing);
    long least = timing.leastToRefute(100);
    assertEquals(7 * Timing.SECOND, least);
    assertEquals(100 + 3 * least, suspicion.dueNanos());
    assertTrue(suspicion.confirm("b"));
    assertFalse(suspicion.confirm("a"), "no accuser counts twice");
    double share = Math.log(2) / Math.log(3);
    assertEquals(100 + 3 * least - share * 2 * least, suspicion.dueNanos(), 2);
    assertTrue(suspicion.confirm("c"));
    assertEquals(100 + least, suspicion.dueNanos());
    assertFalse(suspicion.confirm("d"), "enough is enough");
  }

  @Test
  void twoMembersNeedNoConfirmation() {
    Timing timing = Timing.standard();
    assertEquals(timing.leastToRefute(2), new Suspicion(0, "a", 2, timing).dueNanos());
  }
}
