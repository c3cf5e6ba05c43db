package org.quorate.version;

/** A key's siblings together with their bytes and digest, so that neither is made twice. */
public record State(Siblings siblings, byte[] bytes, long digest) {
  public static final State EMPTY = of(Siblings.EMPTY);

  public static State of(Siblings siblings) {
    return new State(siblings, SiblingsCodec.encode(siblings), siblings.digest());
  }

  /**
   * @throws DecodeException if the bytes are not encoded siblings
   */
  public static State decode(byte[] bytes) {
    Siblings siblings = SiblingsCodec.decode(bytes);
    return new State(siblings, bytes, siblings.digest());
  }
}
