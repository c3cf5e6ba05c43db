package org.quorate.repair;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.CausalContext;
import org.quorate.version.DecodeException;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.SiblingsCodec;

/**
 * Leaves in the order in which they were asked for, as many as an answer may have.
 *
 * @param taken how many of those asked for are settled by this answer: listed, changed since, or,
 *     where all were asked for, empty
 */
record ListingAnswer(CausalContext horizon, int taken, List<ListedLeaf> leaves) {
  /**
   * A key in a leaf.
   *
   * @param only its only dot, null if it has none
   * @param isDamaged nothing is known of what it holds
   */
  record Entry(Key key, long digest, @Nullable Dot only, boolean isDamaged) {
    static void write(ByteWriter out, Entry entry) {
      out.writeSized(entry.key().encoded());
      Dot only = entry.only();
      if (entry.isDamaged()) {
        out.writeByte(2);
      } else if (only != null) {
        out.writeByte(1).writeLong(only.actor()).writeVarLong(only.counter());
      } else {
        out.writeByte(0).writeLong(entry.digest());
      }
    }

    static Entry read(ByteReader in) {
      Key key = readKey(in);
      int what = in.readByte();
      if (what == 1) {
        Dot only = new Dot(in.readLong(), Math.max(1, in.readVarLong()));
        return new Entry(key, Siblings.digestOfOnly(only), only, false);
      }
      return new Entry(key, what == 0 ? in.readLong() : 0, null, what != 0);
    }
  }

  /**
   * A leaf with its keys.
   *
   * @param hash of the leaf when it was listed
   */
  record ListedLeaf(int leaf, long hash, List<Entry> entries) {
    static void write(ByteWriter out, ListedLeaf listed) {
      out.writeVarLong(listed.leaf()).writeLong(listed.hash());
      out.writeAll(listed.entries(), Entry::write);
    }

    static ListedLeaf read(ByteReader in) {
      return new ListedLeaf((int) in.readVarLong(), in.readLong(), in.readAll(Entry::read));
    }
  }

  /** A user's key: nobody else may name those of the store's own. */
  static Key readKey(ByteReader in) {
    Key key = Key.decode(in.readSized());
    if (key.isSystem()) {
      throw new DecodeException("a key of the store's own");
    }
    return key;
  }

  byte[] encode() {
    ByteWriter out = new ByteWriter(256);
    SiblingsCodec.writeContext(out, horizon);
    out.writeVarLong(taken);
    out.writeAll(leaves, ListedLeaf::write);
    return out.toByteArray();
  }

  static ListingAnswer decode(byte[] bytes) {
    ByteReader in = new ByteReader(bytes);
    return new ListingAnswer(
        SiblingsCodec.readContext(in), (int) in.readVarLong(), in.readAll(ListedLeaf::read));
  }
}
