package org.quorate.repair;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.quorate.merkle.Tree;
import org.quorate.replica.Partition;
import org.quorate.replica.Shard;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.CausalContext;
import org.quorate.version.DecodeException;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.SiblingsCodec;
import org.quorate.version.State;

/**
 * What one node asks another to compare what they hold, and the answers.
 *
 * <pre>
 *  ROOTS    lanes | lane | hash of all i64      equal? u8 | [ count | (partition, whole? u8, root i64) … ]
 *           | count | partitions …              | count | (partition, root i64, horizon) …
 *  EXPAND   partition | level | count           hashes i64 …
 *           | nodes …
 *  LIST     partition | count                   horizon | taken | count | (leaf, hash i64, count | (key, what) …) …
 *           | (leaf, hash i64) …
 *  FETCH    partition | count                   count | (0: covered, 1: state, 2: failed) …
 *           | (key, context) …
 *  STANDING –                                   actor i64 | minted | hints | age | oldest age
 *
 *  what:    0 digest i64 | 1 actor i64, counter | 2 damaged
 * </pre>
 *
 * <p>All integers without a width are LEB128; keys and states have their length before them.
 */
sealed interface Question {
  void write(ByteWriter out);

  default byte[] encode() {
    ByteWriter out = new ByteWriter(64);
    write(out);
    return out.toByteArray();
  }

  /**
   * @throws DecodeException if the bytes are no question
   */
  static Question decode(byte[] bytes) {
    ByteReader in = new ByteReader(bytes);
    int type = in.readByte();
    return switch (type) {
      case Roots.TYPE -> Roots.read(in);
      case Expand.TYPE -> Expand.read(in);
      case Listing.TYPE -> Listing.read(in);
      case Fetch.TYPE -> Fetch.read(in);
      case AskStanding.TYPE -> new AskStanding();
      default -> throw new DecodeException("question of unknown type " + type);
    };
  }

  private static <T> void writeAll(ByteWriter out, List<T> items, Writer<T> writer) {
    out.writeVarLong(items.size());
    items.forEach(item -> writer.write(out, item));
  }

  /** Writes one item. */
  interface Writer<T> {
    void write(ByteWriter out, T item);
  }

  private static <T> List<T> readAll(ByteReader in, Function<ByteReader, T> reader) {
    int count = in.readCount(1);
    List<T> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(reader.apply(in));
    }
    return items;
  }

  /** A user's key: nobody else may name those of the store's own. */
  private static Key readKey(ByteReader in) {
    Key key = Key.decode(in.readSized());
    if (key.isSystem()) {
      throw new DecodeException("a key of the store's own");
    }
    return key;
  }

  private static int readInt(ByteReader in) {
    return (int) in.readVarLong();
  }

  /**
   * Do we hold the same?
   *
   * @param lanes of the partitions that both own, those are meant whose number divided by this...
   * @param lane ...leaves this rest
   * @param all the hash of all their roots, see {@link Roots#hash}
   * @param wanted those whose horizons are asked for
   */
  record Roots(int lanes, int lane, long all, List<Integer> wanted) implements Question {
    static final int TYPE = 1;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE).writeVarLong(lanes).writeVarLong(lane).writeLong(all);
      writeAll(out, wanted, (to, p) -> to.writeVarLong(p));
    }

    static Roots read(ByteReader in) {
      int lanes = readInt(in);
      if (lanes < 1) {
        throw new DecodeException(lanes + " lanes");
      }
      return new Roots(
          lanes,
          readInt(in),
          in.readLong(),
          readAll(in, Question::readInt).stream().distinct().toList());
    }

    /** The hash of these roots together. */
    static long hash(List<Root> roots) {
      long hash = 1;
      for (Root root : roots) {
        hash = (hash ^ root.root() ^ root.partition()) * 0x9E3779B97F4A7C15L;
        hash ^= hash >>> 29;
        hash += root.isWhole() ? 1 : 0;
      }
      return hash;
    }
  }

  /** The root of a partition's tree. */
  record Root(int partition, boolean isWhole, long root) {
    static Root of(Shard shard, Partition partition) {
      return new Root(partition.number(), shard.isWhole(partition), partition.tree().root());
    }

    static void write(ByteWriter out, Root root) {
      out.writeVarLong(root.partition()).writeByte(root.isWhole() ? 1 : 0).writeLong(root.root());
    }

    static Root read(ByteReader in) {
      return new Root(readInt(in), in.readByte() == 1, in.readLong());
    }
  }

  /** What a node has seen of a partition while its tree had this root. */
  record Seen(int partition, long root, CausalContext horizon) {
    static void write(ByteWriter out, Seen seen) {
      out.writeVarLong(seen.partition()).writeLong(seen.root());
      SiblingsCodec.writeContext(out, seen.horizon());
    }

    static Seen read(ByteReader in) {
      return new Seen(readInt(in), in.readLong(), SiblingsCodec.readContext(in));
    }
  }

  /**
   * @param roots none if all are equal
   */
  record RootsAnswer(boolean areEqual, List<Root> roots, List<Seen> seen) {
    byte[] encode() {
      ByteWriter out = new ByteWriter(64);
      out.writeByte(areEqual ? 1 : 0);
      writeAll(out, roots, Root::write);
      writeAll(out, seen, Seen::write);
      return out.toByteArray();
    }

    static RootsAnswer decode(byte[] bytes) {
      ByteReader in = new ByteReader(bytes);
      return new RootsAnswer(in.readByte() == 1, readAll(in, Root::read), readAll(in, Seen::read));
    }
  }

  /** What are the hashes of these nodes' children? */
  record Expand(int partition, int level, int[] nodes) implements Question {
    static final int TYPE = 2;
    private static final int GROUP = 8;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE).writeVarLong(partition).writeVarLong(level).writeVarLong(nodes.length);
      for (int node : nodes) {
        out.writeVarLong(node);
      }
    }

    static Expand read(ByteReader in) {
      int partition = readInt(in);
      int level = readInt(in);
      int[] nodes = new int[in.readCount(1)];
      for (int i = 0; i < nodes.length; i++) {
        nodes[i] = readInt(in);
      }
      return new Expand(partition, level, nodes);
    }

    /** Eight at a time: which of them are not zero, then those. Most are, in a small partition. */
    static byte[] encodeAnswer(long[] hashes) {
      ByteWriter out = new ByteWriter(hashes.length);
      out.writeVarLong(hashes.length / GROUP);
      for (int group = 0; group < hashes.length; group += GROUP) {
        int present = 0;
        for (int i = 0; i < GROUP; i++) {
          present |= hashes[group + i] == 0 ? 0 : 1 << i;
        }
        out.writeByte(present);
        for (int i = 0; i < GROUP; i++) {
          if (hashes[group + i] != 0) {
            out.writeLong(hashes[group + i]);
          }
        }
      }
      return out.toByteArray();
    }

    static long[] decodeAnswer(byte[] bytes) {
      ByteReader in = new ByteReader(bytes);
      long[] hashes = new long[in.readCount(1) * GROUP];
      for (int group = 0; group < hashes.length; group += GROUP) {
        int present = in.readByte();
        for (int i = 0; i < GROUP; i++) {
          hashes[group + i] = (present & 1 << i) == 0 ? 0 : in.readLong();
        }
      }
      return hashes;
    }
  }

  /** A leaf that is to be listed if it still has this hash; with {@link #ANY} in any case. */
  record Wanted(int leaf, long hash) {
    /** The hash of an empty leaf; such a one is listed whatever has come into it since. */
    static final long ANY = 0;
  }

  /** Which keys are in these leaves? */
  record Listing(int partition, List<Wanted> leaves) implements Question {
    static final int TYPE = 3;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE).writeVarLong(partition);
      writeAll(out, leaves, (to, w) -> to.writeVarLong(w.leaf()).writeLong(w.hash()));
    }

    static Listing read(ByteReader in) {
      return new Listing(
          readInt(in),
          readAll(in, from -> new Wanted(readInt(from) & (Tree.LEAVES - 1), from.readLong())));
    }
  }

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
      writeAll(out, listed.entries(), Entry::write);
    }

    static ListedLeaf read(ByteReader in) {
      return new ListedLeaf(readInt(in), in.readLong(), readAll(in, Entry::read));
    }
  }

  /**
   * Leaves in the order in which they were asked for, as many as an answer may have.
   *
   * @param taken how many of those asked for are settled by this answer: listed, or changed since
   */
  record ListingAnswer(CausalContext horizon, int taken, List<ListedLeaf> leaves) {
    byte[] encode() {
      ByteWriter out = new ByteWriter(256);
      SiblingsCodec.writeContext(out, horizon);
      out.writeVarLong(taken);
      writeAll(out, leaves, ListedLeaf::write);
      return out.toByteArray();
    }

    static ListingAnswer decode(byte[] bytes) {
      ByteReader in = new ByteReader(bytes);
      return new ListingAnswer(
          SiblingsCodec.readContext(in), readInt(in), readAll(in, ListedLeaf::read));
    }
  }

  /** A key with what the asker has seen of it. */
  record Known(Key key, CausalContext context) {}

  /** What have you of these keys that is news to me? */
  record Fetch(int partition, List<Known> keys) implements Question {
    static final int TYPE = 4;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE).writeVarLong(partition);
      writeAll(
          out,
          keys,
          (to, known) -> {
            to.writeSized(known.key().encoded());
            SiblingsCodec.writeContext(to, known.context());
          });
    }

    static Fetch read(ByteReader in) {
      return new Fetch(
          readInt(in),
          readAll(in, from -> new Known(readKey(from), SiblingsCodec.readContext(from))));
    }
  }

  /**
   * What is fetched of one key.
   *
   * @param state null if it is no news, or could not be read
   */
  record Fetched(boolean isFailed, @Nullable State state) {
    static final Fetched COVERED = new Fetched(false, null);
    static final Fetched FAILED = new Fetched(true, null);

    static void write(ByteWriter out, Fetched fetched) {
      State state = fetched.state();
      out.writeByte(state != null ? 1 : fetched.isFailed() ? 2 : 0);
      if (state != null) {
        out.writeSized(state.bytes());
      }
    }

    static Fetched read(ByteReader in) {
      return switch (in.readByte()) {
        case 0 -> COVERED;
        case 1 -> new Fetched(false, State.decode(in.readSized()));
        default -> FAILED;
      };
    }
  }

  /** In the order in which they were asked for, as many as an answer may have. */
  static byte[] encode(List<Fetched> fetched) {
    ByteWriter out = new ByteWriter(1024);
    writeAll(out, fetched, Fetched::write);
    return out.toByteArray();
  }

  static List<Fetched> decodeFetched(byte[] bytes) {
    return readAll(new ByteReader(bytes), Fetched::read);
  }

  /** Who are you, and what have you under way? */
  record AskStanding() implements Question {
    static final int TYPE = 5;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE);
    }
  }
}
