package org.quorate.gossip;

import java.nio.charset.StandardCharsets;

/**
 * A member as it describes itself.
 *
 * @param name unique in the cluster
 * @param id drawn at random by each process, so that two processes of one name can be told apart; 0
 *     for one that was never seen
 * @param address where it takes datagrams and connections of other members, {@code host:port}
 * @param http where clients reach it, empty if unknown
 * @param zone what may fail together, empty if unknown
 * @param epoch of its ring
 * @param draining whether it is about to stop
 */
public record Member(
    String name, long id, String address, String http, String zone, long epoch, boolean draining) {
  /** The most bytes of all texts together, so that each rumour has room in a datagram. */
  public static final int MAX_TEXT_BYTES = 900;

  /**
   * @throws IllegalArgumentException if the texts are too long, or the name is empty
   */
  public Member {
    int bytes = (name + address + http + zone).getBytes(StandardCharsets.UTF_8).length;
    if (name.isEmpty() || bytes > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "member '" + name + "' with " + bytes + " bytes of text > " + MAX_TEXT_BYTES);
    }
  }

  /** A member of which only the name and the address are known. */
  public static Member seed(String name, String address, String zone) {
    return new Member(name, 0, address, "", zone, 0, false);
  }
}
