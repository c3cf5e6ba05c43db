package org.quorate.storage;

import org.jspecify.annotations.Nullable;
import org.quorate.version.Dot;
import org.quorate.version.State;

/** How an update makes a key's new state from the old one. */
public interface Change {
  /** The new state where the old one's digest is enough to know it, else null. */
  default @Nullable State fromDigest(long digest) {
    return null;
  }

  /**
   * The new state where it is enough to know the old one's {@link
   * org.quorate.version.Siblings#only} dot and its digest, else null.
   */
  default @Nullable State fromOnly(Dot only, long digest) {
    return null;
  }

  /**
   * The new state.
   *
   * @throws RuntimeException to refuse; nothing is changed then
   */
  State from(State current);

  /** From the little that the directory tells; null if that is not enough. */
  default @Nullable State fromOutline(Location at) {
    State next = fromDigest(at.digest());
    Dot only = at.only();
    return next == null && only != null ? fromOnly(only, at.digest()) : next;
  }
}
