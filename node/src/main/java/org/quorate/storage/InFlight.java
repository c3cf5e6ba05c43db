package org.quorate.storage;

import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;
import org.quorate.version.State;

/** A key's state on its way to the log. */
final class InFlight {
  /** Where the directory points for a key, known to all states of the key in flight. */
  static final class Pointer {
    @Nullable Location at;

    Pointer(@Nullable Location at) {
      this.at = at;
    }
  }

  final State state;

  /** The kind of its record. */
  final int kind;

  final Pointer pointer;
  final Promise<State> durable = Promise.promise();

  InFlight(State state, int kind, Pointer pointer) {
    this.state = state;
    this.kind = kind;
    this.pointer = pointer;
  }
}
