package org.quorate.replica;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** The updates that one loop has begun under one state of the cluster. Used on that loop. */
final class Cohort {
  private final Promise<Void> done = Promise.promise();
  private int inProgress;
  private boolean closed;

  /** Counts an update until it is durable, or has failed. */
  <T> Future<T> with(Future<T> update) {
    if (update.isComplete()) {
      return update;
    }
    inProgress++;
    return update.onComplete(
        result -> {
          inProgress--;
          completeIfDone();
        });
  }

  /** None is begun any more; completes when none is in progress. */
  Future<Void> close() {
    closed = true;
    completeIfDone();
    return done.future();
  }

  private void completeIfDone() {
    if (closed && inProgress == 0) {
      done.tryComplete();
    }
  }
}
