package org.quorate.coordinator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.replica.Failure;

/**
 * What each owner of one operation has answered: nothing yet, an acknowledgement, or a failure.
 *
 * <p>Owners are numbered by their place on the list. Invariant: acked + failed + open = owners; an
 * owner's first answer counts and no other. Where there are two sets of owners, counts are those of
 * the set that is worse off.
 */
final class ReplyBoard {
  private final Groups groups;
  private final boolean[] acked;
  private final @Nullable Failure[] failures;

  ReplyBoard(Groups groups) {
    this.groups = groups;
    acked = new boolean[groups.owners()];
    failures = new @Nullable Failure[groups.owners()];
  }

  boolean ack(int owner) {
    if (isAnswered(owner)) {
      return false;
    }
    acked[owner] = true;
    return true;
  }

  boolean fail(int owner, Failure failure) {
    if (isAnswered(owner)) {
      return false;
    }
    failures[owner] = failure;
    return true;
  }

  boolean isAnswered(int owner) {
    return acked[owner] || failures[owner] != null;
  }

  boolean isAcked(int owner) {
    return acked[owner];
  }

  int acks() {
    return groups.least(owner -> acked[owner]);
  }

  /** Owners that have not failed. */
  int hopeful() {
    return groups.least(owner -> failures[owner] == null);
  }

  /** Nothing was acknowledged and every failure is definite, for all owners. */
  boolean isUntouched() {
    return Arrays.stream(failures).allMatch(failure -> failure != null && failure.isDefinite());
  }

  boolean hasFailure(Failure failure) {
    return Arrays.asList(failures).contains(failure);
  }

  /** Each owner's answer in a word. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < acked.length; i++) {
      Failure failure = failures[i];
      words.add(acked[i] ? "ok" : failure == null ? "no answer" : failure.word());
    }
    return words;
  }
}
