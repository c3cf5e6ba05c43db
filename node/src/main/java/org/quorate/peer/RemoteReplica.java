package org.quorate.peer;

import io.vertx.core.Future;
import org.quorate.replica.Replica;
import org.quorate.replica.Write;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.CausalContext;
import org.quorate.version.Key;
import org.quorate.version.SiblingsCodec;
import org.quorate.version.State;

/**
 * Another node as an owner under one state of the cluster.
 *
 * <pre>
 *  each request:  ms left | epoch | key (sized) | …
 *  READ   known digest u64                      SAME    report
 *                                               STATE   report | siblings (rest)
 *  PUT    blind? u8 | [seen] | delete? u8       MINTED  basis u64 | context | siblings
 *         | headers | value (rest)
 *  MERGE  basis u64 | siblings (rest)           DONE    –
 *  HAND_OFF siblings (rest)                     DONE    how many it takes at once
 *  HINT   target                                DONE    –
 *  SALVAGE –                                    STATE   report | siblings (rest)
 *  any                                          FAILURE its number u8
 *  report: requests in progress | microseconds that this one took
 * </pre>
 */
final class RemoteReplica implements Replica {
  private static final byte[] NOTHING = {};

  private final PeerConnection peer;
  private final long epoch;

  /**
   * @param epoch of the state of the cluster by which the node is asked
   */
  RemoteReplica(PeerConnection peer, long epoch) {
    this.peer = peer;
    this.epoch = epoch;
  }

  @Override
  public Future<Reading> read(Key key, long knownDigest, long deadline) {
    return peer.request(
            Frames.READ,
            epoch,
            deadline,
            out -> out.writeSized(key.encoded()).writeLong(knownDigest))
        .map(
            in -> {
              peer.report(in);
              return in.remaining() == 0 ? new Reading(null, knownDigest) : reading(in);
            });
  }

  private static Reading reading(ByteReader in) {
    State state = State.decode(in.readRest());
    return new Reading(state, state.digest());
  }

  @Override
  public Future<State> salvage(Key key, long deadline) {
    return peer.request(Frames.SALVAGE, epoch, deadline, out -> out.writeSized(key.encoded()))
        .map(
            in -> {
              peer.report(in);
              return State.decode(in.readRest());
            });
  }

  @Override
  public Future<Minted> put(Key key, Write write, long deadline) {
    return peer.request(
            Frames.PUT,
            epoch,
            deadline,
            out -> {
              out.writeSized(key.encoded());
              writeWrite(out, write);
            })
        .map(
            in ->
                new Minted(
                    in.readLong(),
                    SiblingsCodec.readContext(in),
                    State.decode(in.readRest()),
                    Future.succeededFuture()));
  }

  static void writeWrite(ByteWriter out, Write write) {
    CausalContext seen = write.seen();
    out.writeByte(seen == null ? 1 : 0);
    if (seen != null) {
      SiblingsCodec.writeContext(out, seen);
    }
    out.writeByte(write.delete() ? 1 : 0);
    SiblingsCodec.writeHeaders(out, write.headers());
    out.writeBytes(write.value());
  }

  static Write readWrite(ByteReader in) {
    CausalContext seen = in.readByte() == 1 ? null : SiblingsCodec.readContext(in);
    boolean delete = in.readByte() == 1;
    return new Write(seen, delete, SiblingsCodec.readHeaders(in), delete ? NOTHING : in.readRest());
  }

  @Override
  public Future<Void> merge(Key key, State state, long basis, long deadline) {
    return peer.request(
            Frames.MERGE,
            epoch,
            deadline,
            out -> out.writeSized(key.encoded()).writeLong(basis).writeBytes(state.bytes()))
        .mapEmpty();
  }

  @Override
  public Future<Integer> handOff(Key key, State state, long deadline) {
    return peer.request(
            Frames.HAND_OFF,
            epoch,
            deadline,
            out -> out.writeSized(key.encoded()).writeBytes(state.bytes()))
        .map(in -> (int) in.readVarLong());
  }

  @Override
  public Future<Void> hint(Key key, String target, long deadline) {
    return peer.request(
            Frames.HINT, epoch, deadline, out -> out.writeSized(key.encoded()).writeText(target))
        .mapEmpty();
  }
}
