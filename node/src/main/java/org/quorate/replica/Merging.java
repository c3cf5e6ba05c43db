package org.quorate.replica;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quorate.storage.Change;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;
import org.quorate.version.Siblings;
import org.quorate.version.State;

/**
 * A merge that brings nothing back: of what comes in, versions that this node has seen and does not
 * hold were superseded.
 *
 * @param horizon of the key, asked for when the merge is done: by then its record may be found
 *     damaged, so that nothing is known of it
 * @param basis as in {@link Replica#merge}
 */
record Merging(State state, long basis, Supplier<CausalContext> horizon) implements Change {
  @Override
  public @Nullable State fromDigest(long digest) {
    if (digest == 0) {
      return news(Siblings.EMPTY);
    }
    return digest == basis || digest == state.digest() ? state : null;
  }

  @Override
  public @Nullable State fromOnly(Dot only, long digest) {
    boolean isSuccessor = state.siblings().context().coversAll(Siblings.after(only).context());
    CausalContext seen = horizon.get();
    boolean isNews =
        state.siblings().versions().stream()
            .allMatch(v -> v.dot().equals(only) || !seen.covers(v.dot()));
    return isSuccessor && isNews ? state : null;
  }

  @Override
  public State from(State current) {
    Siblings joined = current.siblings().merge(news(current.siblings()).siblings());
    return joined.equals(current.siblings())
        ? current
        : joined.equals(state.siblings()) ? state : State.of(joined);
  }

  /** What comes in, without what was superseded. */
  private State news(Siblings held) {
    CausalContext seen = horizon.get();
    Siblings news = state.siblings().without(seen, held);
    boolean isOld = held.isEmpty() && news.versions().isEmpty() && seen.coversAll(news.context());
    if (isOld) {
      return State.EMPTY;
    }
    return news.equals(state.siblings()) ? state : State.of(news);
  }
}
