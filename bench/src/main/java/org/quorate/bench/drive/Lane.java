package org.quorate.bench.drive;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Connections of one loop that serve the same operations, and those that wait for one. */
final class Lane {
  private final Deque<Operation> waiting = new ArrayDeque<>();
  private final Deque<Connection> idle = new ArrayDeque<>();
  private int open;

  void opened(Connection connection) {
    open++;
    idle.addLast(connection);
  }

  void closed(Connection connection) {
    open--;
    idle.remove(connection);
  }

  /** It has served an operation, and stays open. */
  void freed(Connection connection) {
    idle.addLast(connection);
  }

  /** How many connections are open, busy ones too. */
  int open() {
    return open;
  }

  void add(Operation operation) {
    waiting.addLast(operation);
  }

  int waiting() {
    return waiting.size();
  }

  boolean canServe() {
    return !waiting.isEmpty() && !idle.isEmpty();
  }

  @Nullable Operation nextWaiting() {
    return waiting.pollFirst();
  }

  /** An idle one in place of one that was closed, or that one itself if there is none. */
  Connection another(Connection closed) {
    Connection idle = nextIdle();
    return idle == null ? closed : idle;
  }

  /** The one that was idle for the longest. */
  @Nullable Connection nextIdle() {
    return idle.pollFirst();
  }
}
