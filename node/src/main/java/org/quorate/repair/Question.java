package org.quorate.repair;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.merkle.Tree;
import org.quorate.replica.Partition;
import org.quorate.replica.Shard;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.CausalContext;
import org.quorate.version.DecodeException;
import org.quorate.version.Key;
import org.quorate.version.SiblingsCodec;
import org.quorate.version.State;

/**
 * What one node asks another to compare what they hold, and the answers.
 *
 * <pre>
 *  ROOTS    lanes | lane | copies? u8           equal? u8 | [ count | (partition, whole? u8, root i64) … ]
 *           | hash of all i64                   | count | (partition, root i64, horizon) …
 *  EXPAND   partition | level | count           hashes i64 …
 *           | nodes …
 *  LIST     partition | count                   horizon | taken | count | (leaf, hash i64, count | (key, what) …) …
 *           | (leaf, hash i64) …
 *  LIST_ALL partition | from                    as to LIST, without empty leaves
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
      case ListingAll.TYPE -> ListingAll.read(in);
      case Fetch.TYPE -> Fetch.read(in);
      case AskStanding.TYPE -> new AskStanding();
      default -> throw new DecodeException("question of unknown type " + type);
    };
  }

  private static int readInt(ByteReader in) {
    return (int) in.readVarLong();
  }

  private static int readLeaf(ByteReader in) {
    return readInt(in) & (Tree.LEAVES - 1);
  }

  /**
   * Do we hold the same?
   *
   * @param lanes of the partitions that both have, those are meant whose number divided by this...
   * @param lane ...leaves this rest
   * @param copies whether those that the asker is to own are meant, and not those that both own
   * @param all the hash of all their roots, see {@link Roots#hash}
   * @param wanted those whose horizons are asked for
   */
  record Roots(int lanes, int lane, boolean copies, long all, List<Integer> wanted)
      implements Question {
    static final int TYPE = 1;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE).writeVarLong(lanes).writeVarLong(lane).writeByte(copies ? 1 : 0);
      out.writeLong(all);
      out.writeAll(wanted, (to, p) -> to.writeVarLong(p));
    }

    static Roots read(ByteReader in) {
      int lanes = readInt(in);
      if (lanes < 1) {
        throw new DecodeException(lanes + " lanes");
      }
      return new Roots(
          lanes,
          readInt(in),
          in.readByte() == 1,
          in.readLong(),
          in.readAll(Question::readInt).stream().distinct().toList());
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
      out.writeAll(roots, Root::write);
      out.writeAll(seen, Seen::write);
      return out.toByteArray();
    }

    static RootsAnswer decode(byte[] bytes) {
      ByteReader in = new ByteReader(bytes);
      return new RootsAnswer(in.readByte() == 1, in.readAll(Root::read), in.readAll(Seen::read));
    }
  }

  /** What is asked of one partition. */
  sealed interface OfPartition extends Question {
    int partition();
  }

  /** What are the hashes of these nodes' children? */
  record Expand(int partition, int level, int[] nodes) implements OfPartition {
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
  record Listing(int partition, List<Wanted> leaves) implements OfPartition {
    static final int TYPE = 3;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE).writeVarLong(partition);
      out.writeAll(leaves, (to, w) -> to.writeVarLong(w.leaf()).writeLong(w.hash()));
    }

    static Listing read(ByteReader in) {
      return new Listing(
          readInt(in), in.readAll(from -> new Wanted(readLeaf(from), from.readLong())));
    }
  }

  /**
   * Which keys are in all the leaves from this on?
   *
   * @param from 0 to {@link Tree#LEAVES} - 1
   */
  record ListingAll(int partition, int from) implements OfPartition {
    static final int TYPE = 6;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE).writeVarLong(partition).writeVarLong(from);
    }

    static ListingAll read(ByteReader in) {
      return new ListingAll(readInt(in), readLeaf(in));
    }
  }

  /** A key with what the asker has seen of it. */
  record Known(Key key, CausalContext context) {}

  /** What have you of these keys that is news to me? */
  record Fetch(int partition, List<Known> keys) implements OfPartition {
    static final int TYPE = 4;

    @Override
    public void write(ByteWriter out) {
      out.writeByte(TYPE).writeVarLong(partition);
      out.writeAll(
          keys,
          (to, known) -> {
            to.writeSized(known.key().encoded());
            SiblingsCodec.writeContext(to, known.context());
          });
    }

    static Fetch read(ByteReader in) {
      return new Fetch(
          readInt(in),
          in.readAll(
              from -> new Known(ListingAnswer.readKey(from), SiblingsCodec.readContext(from))));
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
    out.writeAll(fetched, Fetched::write);
    return out.toByteArray();
  }

  static List<Fetched> decodeFetched(byte[] bytes) {
    return new ByteReader(bytes).readAll(Fetched::read);
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
