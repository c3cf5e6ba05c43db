package org.quorate.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.testing.ManualLoop;

class ListenTest {
  private final ManualLoop loop = new ManualLoop();

  @Test
  void whatAListenerThrowsIsThrownOnTheLoopAndHoldsUpNoOther() {
    Promise<String> promise = Promise.promise();
    List<String> heard = new ArrayList<>();
    Listen.to(
        promise.future(),
        loop,
        value -> {
          throw new AssertionError(value);
        },
        e -> {});
    Listen.to(promise.future(), loop, heard::add, e -> {});
    promise.complete("broken");
    assertEquals(List.of("broken"), heard);
    AssertionError thrown = assertThrows(AssertionError.class, loop::run);
    assertEquals("broken", thrown.getMessage());
  }

  @Test
  void soIsWhatIsThrownOverAFailure() {
    Promise<String> promise = Promise.promise();
    Listen.to(
        promise.future(),
        loop,
        value -> {},
        e -> {
          throw new IllegalStateException(e);
        });
    promise.fail("reason");
    assertThrows(IllegalStateException.class, loop::run);
  }

  @Test
  void anErrorThatFailedAFutureIsThrownOnTheLoop() {
    boolean[] told = {false};
    Listen.to(
        Future.succeededFuture("value")
            .map(
                value -> {
                  throw new AssertionError(value);
                }),
        loop,
        value -> {},
        e -> told[0] = true);
    assertEquals(true, told[0]);
    assertThrows(AssertionError.class, loop::run);
  }
}
