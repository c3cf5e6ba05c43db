package org.quorate.gossip;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What members send each other.
 *
 * <pre>
 *  datagram, big endian:
 *   0         1          5            13     14         18     26            34
 *   +---------+----------+------------+------+----------+------+-------------+------+---------
 *   | version | crc32c   | cluster    | kind | sequence | id   | incarnation | name | [target
 *   +---------+----------+------------+------+----------+------+-------------+------+---------
 *      name, address]  rumour …
 *  rumour, alive:   0 | incarnation | id | epoch | draining | name | address | http | zone
 *  rumour, else:    state | incarnation | name | by
 * </pre>
 *
 * <p>The checksum covers what follows it. Id, incarnation and name are the sender's. Texts are as
 * of {@link DataOutputStream#writeUTF}.
 *
 * @param target of a probe that is asked for, else empty
 */
record Packet(
    Kind kind,
    int sequence,
    long id,
    long incarnation,
    String sender,
    String target,
    String targetAddress,
    List<Rumour> rumours) {
  static final int VERSION = 1;
  static final int MAX_BYTES = 1400;
  private static final int BODY = 5;

  /** Where the kind is. */
  static final int KIND_AT = 13;

  enum Kind {
    /** To be answered by ACK. */
    PING(0),
    /** Asks the receiver to ping the target, and to pass on its answer. */
    PING_FOR(1),
    ACK(2),
    /** The target of PING_FOR has not answered yet. */
    NACK(3),
    /** Rumours only. */
    NEWS(4);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    static Kind ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind " + code);
    }
  }

  /** Why a datagram was dropped. */
  enum Stranger {
    /** Not a datagram of this protocol, or changed on its way. */
    GARBAGE,
    /** Of another version of this protocol. */
    VERSION,
    /** Of another cluster. */
    CLUSTER
  }

  /** A datagram is not for this member. */
  static final class StrangerException extends Exception {
    private static final long serialVersionUID = 1;

    private final Stranger kind;

    StrangerException(Stranger kind) {
      super(kind.toString(), null, false, false);
      this.kind = kind;
    }

    Stranger kind() {
      return kind;
    }
  }

  /** As a datagram, without the rumours that {@link Builder} appends. */
  static Builder builder(long cluster, Kind kind, int sequence, Member self, long incarnation) {
    return new Builder(cluster, kind, sequence, self, incarnation);
  }

  /** A datagram that takes rumours while it has room. */
  static final class Builder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    private final DataOutputStream out = new DataOutputStream(bytes);

    private Builder(long cluster, Kind kind, int sequence, Member self, long incarnation) {
      write(
          () -> {
            out.writeByte(VERSION);
            out.writeInt(0);
            out.writeLong(cluster);
            out.writeByte(kind.code);
            out.writeInt(sequence);
            out.writeLong(self.id());
            out.writeLong(incarnation);
            out.writeUTF(self.name());
          });
    }

    Builder target(Member target) {
      write(
          () -> {
            out.writeUTF(target.name());
            out.writeUTF(target.address());
          });
      return this;
    }

    /** Appends the rumour if there is room. */
    boolean add(byte[] rumour) {
      if (bytes.size() + rumour.length > MAX_BYTES) {
        return false;
      }
      bytes.writeBytes(rumour);
      return true;
    }

    byte[] build() {
      byte[] datagram = bytes.toByteArray();
      ByteBuffer.wrap(datagram).putInt(1, crc(datagram));
      return datagram;
    }
  }

  private interface Writing {
    void run() throws IOException;
  }

  private static void write(Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
  }

  private static int crc(byte[] datagram) {
    CRC32C crc = new CRC32C();
    crc.update(datagram, BODY, datagram.length - BODY);
    return (int) crc.getValue();
  }

  static byte[] encode(Rumour rumour) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    write(() -> writeRumour(new DataOutputStream(bytes), rumour));
    return bytes.toByteArray();
  }

  static void writeRumour(DataOutputStream out, Rumour rumour) throws IOException {
    out.writeByte(rumour.state().code());
    out.writeLong(rumour.incarnation());
    if (rumour instanceof Rumour.Alive alive) {
      writeMember(out, alive.member());
    } else if (rumour instanceof Rumour.Fallen fallen) {
      out.writeUTF(fallen.name());
      out.writeUTF(fallen.by());
    }
  }

  static void writeMember(DataOutputStream out, Member member) throws IOException {
    out.writeLong(member.id());
    out.writeLong(member.epoch());
    out.writeBoolean(member.draining());
    out.writeUTF(member.name());
    out.writeUTF(member.address());
    out.writeUTF(member.http());
    out.writeUTF(member.zone());
  }

  /**
   * @throws StrangerException if it is not a datagram of this protocol, version and cluster
   */
  static Packet decode(byte[] datagram, long cluster) throws StrangerException {
    if (datagram.length <= BODY || datagram.length > MAX_BYTES) {
      throw new StrangerException(Stranger.GARBAGE);
    }
    if (ByteBuffer.wrap(datagram).getInt(1) != crc(datagram)) {
      throw new StrangerException(Stranger.GARBAGE);
    }
    if (datagram[0] != VERSION) {
      throw new StrangerException(Stranger.VERSION);
    }
    try {
      return read(new DataInputStream(new ByteArrayInputStream(datagram)), cluster);
    } catch (IOException | IllegalArgumentException e) {
      throw new StrangerException(Stranger.GARBAGE);
    }
  }

  private static Packet read(DataInputStream in, long cluster)
      throws IOException, StrangerException {
    in.skipNBytes(BODY);
    if (in.readLong() != cluster) {
      throw new StrangerException(Stranger.CLUSTER);
    }
    Kind kind = Kind.ofCode(in.readUnsignedByte());
    int sequence = in.readInt();
    long id = in.readLong();
    long incarnation = in.readLong();
    String sender = in.readUTF();
    String target = kind == Kind.PING_FOR ? in.readUTF() : "";
    String targetAddress = kind == Kind.PING_FOR ? in.readUTF() : "";
    List<Rumour> rumours = new ArrayList<>();
    while (in.available() > 0) {
      rumours.add(readRumour(in));
    }
    return new Packet(kind, sequence, id, incarnation, sender, target, targetAddress, rumours);
  }

  static Rumour readRumour(DataInputStream in) throws IOException {
    State state = State.ofCode(in.readUnsignedByte());
    long incarnation = in.readLong();
    return state == State.ALIVE
        ? new Rumour.Alive(readMember(in), incarnation)
        : new Rumour.Fallen(state, in.readUTF(), incarnation, in.readUTF());
  }

  static Member readMember(DataInputStream in) throws IOException {
    long id = in.readLong();
    long epoch = in.readLong();
    boolean draining = in.readBoolean();
    return new Member(in.readUTF(), id, in.readUTF(), in.readUTF(), in.readUTF(), epoch, draining);
  }
}
