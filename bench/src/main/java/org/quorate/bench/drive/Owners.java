package org.quorate.bench.drive;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import net.openhft.hashing.LongHashFunction;

/**
 * Sends each operation to an owner of its key, the first in preference order that is up: as a
 * client does that knows the ring. The partition of a key is the upper part of the XXH3 hash of one
 * byte with the bucket's length, the bucket, and the key.
 */
public final class Owners implements Route {
  private static final LongHashFunction HASH = LongHashFunction.xx3();

  private final List<Target> targets;
  private final byte[] bucket;
  private final int[][] partitions;

  /**
   * @param partitions for each, indexes of targets in preference order; targets that are no owners
   *     come last
   */
  public Owners(List<Target> targets, String bucket, int[][] partitions) {
    this.targets = List.copyOf(targets);
    this.bucket = bucket.getBytes(StandardCharsets.UTF_8);
    this.partitions = partitions;
  }

  @Override
  public List<List<Target>> lanes() {
    return targets.stream().map(List::of).toList();
  }

  @Override
  public int[] of(String key) {
    return partitions[partition(key)];
  }

  public int partition(String key) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    byte[] hashed = new byte[1 + bucket.length + name.length];
    hashed[0] = (byte) bucket.length;
    System.arraycopy(bucket, 0, hashed, 1, bucket.length);
    System.arraycopy(name, 0, hashed, 1 + bucket.length, name.length);
    return (int) (((HASH.hashBytes(hashed) >>> 32) * partitions.length) >>> 32);
  }

  /** The preference order of one partition: these first, then the rest. */
  public static int[] order(List<Integer> owners, int targets) {
    IntStream rest = IntStream.range(0, targets).filter(target -> !owners.contains(target));
    return IntStream.concat(owners.stream().mapToInt(owner -> owner), rest).toArray();
  }
}
