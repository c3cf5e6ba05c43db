package org.quorate.version;

import org.jspecify.annotations.Nullable;

/**
 * A key's siblings together with their digest and, while they are on their way to the log or to
 * other nodes, their bytes, so that none of them is made twice. Immutable.
 */
public final class State {
  public static final State EMPTY = of(Siblings.EMPTY);

  private final Siblings siblings;
  private final long digest;
  private final byte @Nullable [] bytes;

  private State(Siblings siblings, long digest, byte @Nullable [] bytes) {
    this.siblings = siblings;
    this.digest = digest;
    this.bytes = bytes;
  }

  public static State of(Siblings siblings) {
    return new State(siblings, siblings.digest(), SiblingsCodec.encode(siblings));
  }

  /**
   * @throws DecodeException if the bytes are not encoded siblings
   */
  public static State decode(byte[] bytes) {
    Siblings siblings = SiblingsCodec.decode(bytes);
    return new State(siblings, siblings.digest(), bytes);
  }

  /** The same without the bytes, to be kept: they would double its size. */
  public State withoutBytes() {
    return new State(siblings, digest, null);
  }

  public Siblings siblings() {
    return siblings;
  }

  public long digest() {
    return digest;
  }

  /** The encoded siblings; callers must not change them. */
  public byte[] bytes() {
    return bytes != null ? bytes : SiblingsCodec.encode(siblings);
  }

  /** About how much memory this takes, bytes. */
  public int sizeBytes() {
    int size = 160 + 16 * siblings.context().size();
    for (Version version : siblings.versions()) {
      size += 96 + version.value().length + 128 * version.headers().size();
    }
    return size;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof State that && digest == that.digest && siblings.equals(that.siblings);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(digest);
  }
}
