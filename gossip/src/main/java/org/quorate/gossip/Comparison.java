package org.quorate.gossip;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Two members compare their tables over a connection: the hashes of all parts first, then what is
 * in the parts that differ.
 *
 * <pre>
 *  asker                          answerer
 *  HASHES  one for each part ───►
 *          ◄─── which parts differ, and what is in them
 *  ENTRIES of those parts    ───►
 *          ◄─── none, and what the answerer says of itself
 *
 *  entry:  member | incarnation | state | accuser
 * </pre>
 */
final class Comparison {
  private static final int HASHES = 1;
  private static final int ENTRIES = 2;

  private final Table table;
  private final Beliefs beliefs;
  private final Consumer<Rumour.Alive> rivals;

  /**
   * @param rivals told of members that seem to have this one's name
   */
  Comparison(Table table, Beliefs beliefs, Consumer<Rumour.Alive> rivals) {
    this.table = table;
    this.beliefs = beliefs;
    this.rivals = rivals;
  }

  byte[] question() {
    return write(
        out -> {
          out.writeByte(HASHES);
          for (long hash : table.hashes()) {
            out.writeLong(hash);
          }
        });
  }

  byte[] answer(String from, byte[] question, long now) {
    return read(
        question,
        in -> {
          int kind = in.readUnsignedByte();
          if (kind == HASHES) {
            long differing = differing(in);
            return write(
                out -> {
                  out.writeLong(differing);
                  writeEntries(out, differing);
                });
          }
          if (kind != ENTRIES) {
            throw new IllegalArgumentException("a question of kind " + kind);
          }
          take(from, in, now);
          return write(
              out -> {
                out.writeLong(0);
                Optional<Entry> own = table.find(beliefs.self().name());
                writeEntry(out, own.orElseThrow());
              });
        });
  }

  Optional<byte[]> answered(String from, byte[] answer, long now) {
    return read(
        answer,
        in -> {
          long differing = in.readLong();
          take(from, in, now);
          if (differing == 0) {
            return Optional.empty();
          }
          return Optional.of(
              write(
                  out -> {
                    out.writeByte(ENTRIES);
                    writeEntries(out, differing);
                  }));
        });
  }

  private long differing(DataInputStream in) throws IOException {
    long differing = 0;
    long[] own = table.hashes();
    for (int part = 0; part < Table.PARTS; part++) {
      if (in.readLong() != own[part]) {
        differing |= 1L << part;
      }
    }
    return differing;
  }

  private void writeEntries(DataOutputStream out, long parts) throws IOException {
    for (Entry entry : table.all()) {
      if ((parts >>> entry.part() & 1) == 1) {
        writeEntry(out, entry);
      }
    }
  }

  private static void writeEntry(DataOutputStream out, Entry entry) throws IOException {
    View view = entry.view();
    Packet.writeMember(out, view.member());
    out.writeLong(view.incarnation());
    out.writeByte(view.state().code());
    out.writeUTF(view.accuser());
  }

  /** First who they are, as of then; and then what became of them. */
  private void take(String from, DataInputStream in, long now) throws IOException {
    while (in.available() > 0) {
      Member member = Packet.readMember(in);
      long incarnation = in.readLong();
      State state = State.ofCode(in.readUnsignedByte());
      String accuser = in.readUTF();
      if (state.isLiving()) {
        Rumour.Alive alive = new Rumour.Alive(member, incarnation);
        if (beliefs.hear(alive, now) == Beliefs.Echo.RIVAL) {
          rivals.accept(alive);
        }
      }
      if (state != State.ALIVE) {
        beliefs.compare(new Rumour.Fallen(state, member.name(), incarnation, accuser), from, now);
      }
    }
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private static byte[] write(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writing.to(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private interface Reading<T> {
    T from(DataInputStream in) throws IOException;
  }

  private static <T> T read(byte[] bytes, Reading<T> reading) {
    try {
      return reading.from(new DataInputStream(new ByteArrayInputStream(bytes)));
    } catch (IOException e) {
      throw new IllegalArgumentException("cut short after " + bytes.length + " bytes", e);
    }
  }
}
