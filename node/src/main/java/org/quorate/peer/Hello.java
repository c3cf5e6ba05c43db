package org.quorate.peer;

import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.Life;

/**
 * What each side of a new connection says of itself.
 *
 * @param node the speaker's name
 * @param epoch of the newest state of the cluster that it knows
 * @param actor its actor, with the counter up to which it may have used it
 * @param listenerLease the highest lease that the speaker knows of the listener's actor, 0 for none
 * @param listenerLast the last life that the speaker knows of a node of the listener's name
 */
record Hello(
    int protocol,
    String cluster,
    String node,
    String listener,
    long epoch,
    long actor,
    long lease,
    long listenerLease,
    Life listenerLast) {
  static final int PROTOCOL = 7;

  void write(ByteWriter out) {
    out.writeByte(protocol).writeText(cluster).writeText(node).writeText(listener);
    out.writeVarLong(epoch).writeLong(actor).writeVarLong(lease).writeVarLong(listenerLease);
    out.writeLong(listenerLast.actor()).writeVarLong(listenerLast.lease());
  }

  /**
   * @throws org.quorate.version.DecodeException if these are not such bytes
   */
  static Hello read(ByteReader in) {
    return new Hello(
        in.readByte(),
        in.readText(),
        in.readText(),
        in.readText(),
        in.readVarLong(),
        in.readLong(),
        in.readVarLong(),
        in.readVarLong(),
        new Life(in.readLong(), in.readVarLong()));
  }
}
