package org.quorate.peer;

import io.vertx.core.Future;

/** Answers what peers ask of another part of this node, which alone knows what the bytes mean. */
public interface Answers {
  Future<byte[]> answer(String from, byte[] question);
}
