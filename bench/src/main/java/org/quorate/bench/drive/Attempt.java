package org.quorate.bench.drive;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.measure.Sample;
import org.quorate.bench.measure.Sample.Found;
import org.quorate.bench.verify.Ledger;
import org.quorate.bench.work.Kind;

/** One operation on one connection, from its first call to its last answer. */
final class Attempt {
  private final Loop loop;
  private final Operation operation;
  private final long sent;
  private Connection connection;

  Attempt(Loop loop, Operation operation, Connection connection) {
    this.loop = loop;
    this.operation = operation;
    this.connection = connection;
    this.sent = Math.max(loop.now(), operation.intended());
  }

  void begin() {
    switch (operation.kind()) {
      case READ -> read(loop.keepsValues(), (answer, context) -> finish(answer));
      case PUT, INSERT -> write(null, null);
      case DELETE -> delete();
      case RMW ->
          read(
              true,
              (answer, context) -> {
                if (answer.problem() == null) {
                  write(answer.context(), context);
                } else {
                  finish(answer);
                }
              });
    }
  }

  private interface AfterRead {
    void then(Answer answer, Ledger.@Nullable Context context);
  }

  private void read(boolean wantsValues, AfterRead after) {
    long began = loop.clockNanos();
    send(
        loop.dialect().read(loop.name(operation)),
        wantsValues,
        answer -> {
          Ledger ledger = loop.ledger();
          after.then(
              answer,
              ledger == null || answer.problem() != null
                  ? null
                  : ledger.read(operation.key(), began, loop.clockNanos(), answer.values()));
        });
  }

  private void write(@Nullable String token, Ledger.@Nullable Context context) {
    Ledger ledger = loop.ledger();
    Ledger.Pending pending =
        ledger == null ? null : ledger.write(operation.key(), loop.clockNanos(), context);
    int sequence = pending == null ? loop.nextSequence() : pending.sequence;
    byte[] value = loop.payload().encode(loop.index(), operation.key(), sequence, operation.size());
    send(
        loop.dialect().write(loop.name(operation), value, token),
        false,
        answer -> {
          settle(pending, answer);
          finish(answer);
        });
  }

  private void delete() {
    Ledger ledger = loop.ledger();
    Ledger.Pending pending =
        ledger == null ? null : ledger.delete(operation.key(), loop.clockNanos());
    send(
        loop.dialect().delete(loop.name(operation)),
        false,
        answer -> {
          settle(pending, answer);
          finish(answer);
        });
  }

  private void settle(Ledger.@Nullable Pending pending, Answer answer) {
    if (pending != null) {
      switch (answer.outcome()) {
        case DONE -> pending.acknowledged(loop.clockNanos());
        case NOT_APPLIED -> pending.notApplied(loop.clockNanos());
        case UNKNOWN -> pending.unknown(loop.clockNanos());
      }
    }
  }

  private void send(Call call, boolean wantsValues, Consumer<Answer> then) {
    if (!connection.isOpen()) { // The server asked for that with its last answer.
      connection = connection.lane().another(connection);
    }
    if (!connection.isOpen()) {
      then.accept(Answer.failed(Answer.Outcome.NOT_APPLIED, "not-sent"));
      return;
    }
    connection.send(
        call, loop.now(), response -> then.accept(understand(call, response, wantsValues)));
  }

  private Answer understand(Call call, Response response, boolean wantsValues) {
    if (response instanceof Response.Came came) {
      try {
        return loop.dialect().answer(call, came.status(), came.headers(), came.body(), wantsValues);
      } catch (RuntimeException e) { // Not what the store promises to say.
        return Answer.failed(Answer.Outcome.UNKNOWN, "bad-answer");
      }
    }
    String problem = response instanceof Response.Lost lost ? lost.problem() : "unknown";
    return Answer.failed(Answer.Outcome.UNKNOWN, problem);
  }

  private void finish(Answer answer) {
    Kind kind = operation.kind();
    Sample sample =
        new Sample(
            kind,
            operation.intended(),
            sent,
            loop.now(),
            answer.problem(),
            found(kind, answer),
            operation.failures());
    loop.finished(operation, connection, sample, answer.values());
  }

  private static Found found(Kind kind, Answer answer) {
    return kind == Kind.READ ? answer.found() : Found.ONE;
  }
}
