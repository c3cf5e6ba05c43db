package org.quorate.replica;

import io.vertx.core.Future;
import org.quorate.version.Key;

/** Where an owner notes that another node lacks what it has of a key. */
public interface HintSink {
  /** Completes when the hint is durable, on the loop of the replica that calls. */
  Future<Void> add(Key key, String target);
}
