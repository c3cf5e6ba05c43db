package org.quorate.peer;

import io.vertx.core.Future;

/** Answers peers that compare what they believe of the members with what this node believes. */
public interface Tables {
  Future<byte[]> answer(String from, byte[] question);
}
