package org.quorate.ring;

/**
 * How the keys of one bucket are replicated.
 *
 * @param n owners of each key, the same in all buckets
 * @param r owners that answer a read where the request does not say, 1 to {@code n}
 * @param w owners that store a write where the request does not say, 1 to {@code n}
 */
public record BucketProperties(int n, int r, int w) {}
