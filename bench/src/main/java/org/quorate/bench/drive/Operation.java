package org.quorate.bench.drive;

import org.quorate.bench.work.Kind;

/**
 * One thing to do.
 *
 * @param key its number
 * @param size of the value to write, bytes
 * @param intended when it should begin, nanoseconds since the run began
 * @param failures how often it was tried in vain
 */
public record Operation(Kind kind, long key, int size, long intended, int failures) {
  Operation again() {
    return new Operation(kind, key, size, intended, failures + 1);
  }
}
