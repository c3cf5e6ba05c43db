package org.quorate.storage;

import org.jspecify.annotations.Nullable;
import org.quorate.version.Dot;
import org.quorate.version.State;

/**
 * What is known of a record without reading it.
 *
 * @param flags any of the constants of {@link Location}
 * @param digest of the siblings in it
 * @param only the siblings' {@link org.quorate.version.Siblings#only}
 */
record Outline(int flags, long digest, @Nullable Dot only) {
  static Outline of(State state, int kind) {
    int flags = state.siblings().isDead() ? Location.TOMBSTONE : 0;
    flags |= state.siblings().isEmpty() ? Location.REAPED : 0;
    flags |= kind == RecordFormat.INCOMPLETE_STATE ? Location.DAMAGED : 0;
    return new Outline(flags, state.digest(), state.siblings().only());
  }

  Location at(int segment, int offset, int length) {
    return new Location(segment, offset, length, flags, digest, only);
  }
}
