package org.quorate.ring;

/**
 * A bucket is to get a number of owners of its own. Until all members have said that they have no
 * key of it, and that they are ready for those to come, its keys can be neither read nor written.
 *
 * @param properties that it is to have
 * @param since the epoch of the state in which this began
 */
public record Founding(String bucket, BucketProperties properties, long since) {
  String describe() {
    return "n=" + properties.n() + " of bucket " + bucket;
  }
}
