package org.quorate.repair;

import java.util.Optional;
import java.util.function.LongSupplier;
import org.quorate.storage.Identity;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.Dot;

/** Who this node is at present, and what it has under way that may still bring writes to owners. */
public final class Standing {
  private final Identity identity;
  private final boolean handsBack;
  private final LongSupplier pendingHints;
  private final LongSupplier nextAge;
  private final LongSupplier oldestAge;

  /**
   * @param handsBack whether writes that this node took for others are brought to them
   * @param pendingHints hints that wait here for any node
   * @param nextAge begins a new age of this node's writes, and returns it
   * @param oldestAge all writes that began before this age are done
   */
  public Standing(
      Identity identity,
      boolean handsBack,
      LongSupplier pendingHints,
      LongSupplier nextAge,
      LongSupplier oldestAge) {
    this.identity = identity;
    this.handsBack = handsBack;
    this.pendingHints = pendingHints;
    this.nextAge = nextAge;
    this.oldestAge = oldestAge;
  }

  /** What to answer a node that asks now; empty while this node has only started. */
  Optional<Answer> now() {
    return identity.hasBegun()
        ? Optional.of(
            new Answer(
                identity.actor(),
                handsBack ? identity.minted().map(Dot::counter).orElse(0L) : 0,
                pendingHints.getAsLong(),
                nextAge.getAsLong(),
                oldestAge.getAsLong()))
        : Optional.empty();
  }

  /**
   * What a node answers.
   *
   * @param actor the present one; earlier ones mint nothing any more
   * @param minted the last counter that it used, 0 if none
   * @param hints that wait there
   * @param age that began with this question
   * @param oldestAge all writes that began before it are done
   */
  record Answer(long actor, long minted, long hints, long age, long oldestAge) {
    byte[] encode() {
      ByteWriter out = new ByteWriter(48).writeLong(actor).writeVarLong(minted);
      return out.writeVarLong(hints).writeVarLong(age).writeVarLong(oldestAge).toByteArray();
    }

    static Answer decode(byte[] bytes) {
      ByteReader in = new ByteReader(bytes);
      return new Answer(
          in.readLong(), in.readVarLong(), in.readVarLong(), in.readVarLong(), in.readVarLong());
    }
  }
}
