package org.quorate.ring;

/** What a node has for the keys of a bucket that is being founded. */
public enum Ground {
  /** It is not known yet, or the partitions for them are not whole yet. */
  UNKNOWN,
  /** It has no key of the bucket, and can take those to come. */
  CLEAR,
  /** It has keys of the bucket, or records of such that are gone. */
  TAKEN
}
