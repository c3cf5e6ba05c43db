package org.quorate.storage;

import org.jspecify.annotations.Nullable;
import org.quorate.version.Dot;

/**
 * Where a key's newest record is, and what it holds.
 *
 * @param segment the segment's number, from 1
 * @param offset of the record in its segment, bytes
 * @param length of the whole record, bytes
 * @param flags any of the constants here
 * @param digest of the siblings in it
 * @param only the siblings' {@link org.quorate.version.Siblings#only}; also null where it is not
 *     known
 */
public record Location(
    int segment, int offset, int length, int flags, long digest, @Nullable Dot only) {
  /** No version of the record is a value. */
  public static final int TOMBSTONE = 1;

  /**
   * The record, or one before it, was found damaged: this owner may have forgotten writes of the
   * key and must not answer reads of it until it has been healed from the others.
   */
  public static final int DAMAGED = 2;

  /** The record itself was found damaged; there is nothing to be read. */
  static final int UNREADABLE = 4;

  /**
   * All owners have seen this tombstone: the key counts as absent, and the record goes when no
   * older one of the key can be left in the log.
   */
  static final int REAPED = 8;

  Outline outline() {
    return new Outline(flags, digest, only);
  }

  public boolean isDamaged() {
    return (flags & DAMAGED) != 0;
  }

  /** A tombstone, or what is left of one, that is not reaped. */
  public boolean isWaitingTombstone() {
    return (flags & (TOMBSTONE | REAPED | DAMAGED)) == TOMBSTONE;
  }

  public boolean isReaped() {
    return (flags & REAPED) != 0;
  }

  Location reaped() {
    return new Location(segment, offset, length, flags | REAPED, digest, only);
  }

  /** The digest of what the key holds, 0 if it counts as absent. */
  public long heldDigest() {
    return isReaped() ? 0 : digest;
  }

  boolean isAt(int otherSegment, int otherOffset) {
    return segment == otherSegment && offset == otherOffset;
  }

  boolean isUnreadable() {
    return (flags & UNREADABLE) != 0;
  }

  Location unreadable() {
    return new Location(segment, offset, length, flags | DAMAGED | UNREADABLE, digest, only);
  }

  /** The log's position of the record. */
  public long position() {
    return position(segment, offset);
  }

  /** A place in the log as one number that orders like the log: segment, then offset. */
  static long position(int segment, int offset) {
    return ((long) segment << 32) | offset;
  }

  static int segmentOf(long position) {
    return (int) (position >>> 32);
  }

  static int offsetOf(long position) {
    return (int) position;
  }
}
