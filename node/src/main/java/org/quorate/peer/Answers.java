package org.quorate.peer;

import io.vertx.core.Future;

/** Answers what peers ask of another part of this node, which alone knows what the bytes mean. */
public interface Answers {
  /**
   * @param epoch of the state of the cluster that the question goes by
   */
  Future<byte[]> answer(String from, long epoch, byte[] question);
}
