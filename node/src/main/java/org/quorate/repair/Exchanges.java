package org.quorate.repair;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.quorate.repair.Question.OfPartition;
import org.quorate.repair.Question.Root;
import org.quorate.repair.Question.Roots;
import org.quorate.repair.Question.RootsAnswer;
import org.quorate.repair.Question.Seen;
import org.quorate.replica.Failure;
import org.quorate.replica.ReplicaException;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Loop;
import org.quorate.version.DecodeException;

/** Takes questions of other nodes to the loops that can answer them. */
public final class Exchanges {
  private final List<Responder> responders;
  private final int slots;
  private final Standing standing;
  private final AntiEntropyMetrics metrics;

  /**
   * @param responders one for each loop: a partition's slot tells which has it
   */
  public Exchanges(
      List<Responder> responders, int slots, Standing standing, AntiEntropyMetrics metrics) {
    this.slots = slots;
    this.responders = List.copyOf(responders);
    this.standing = standing;
    this.metrics = metrics;
  }

  /**
   * Answers on the loop that calls.
   *
   * @param epoch of the state of the cluster that the other node has taken up
   */
  public Future<byte[]> answer(Loop from, String peer, long epoch, byte[] bytes) {
    metrics.received(bytes.length);
    Question question;
    try {
      question = Question.decode(bytes);
    } catch (DecodeException | IllegalArgumentException e) {
      return Future.failedFuture(new ReplicaException(Failure.FAILED));
    }
    return answer(from, peer, epoch, question).onSuccess(answer -> metrics.sent(answer.length));
  }

  private Future<byte[]> answer(Loop from, String peer, long epoch, Question question) {
    if (question instanceof Roots roots) {
      return roots(from, peer, epoch, roots);
    }
    if (question instanceof OfPartition one) {
      return at(from, epoch, one);
    }
    return standing
        .now()
        .map(now -> Future.succeededFuture(now.encode()))
        .orElseGet(() -> Future.failedFuture(new ReplicaException(Failure.NOT_READY)));
  }

  private Future<byte[]> at(Loop from, long epoch, OfPartition question) {
    Responder responder =
        responders.get(Math.floorMod(question.partition(), slots) % responders.size());
    return Hop.call(
        from,
        responder.loop(),
        () -> {
          responder.requireSettled(epoch);
          return responder.answer(question);
        });
  }

  private record Part(List<Root> roots, List<Seen> seen) {}

  private Future<byte[]> roots(Loop from, String peer, long epoch, Roots question) {
    List<Future<Part>> parts = new ArrayList<>();
    for (Responder responder : responders) {
      parts.add(Hop.call(from, responder.loop(), () -> part(responder, peer, epoch, question)));
    }
    return Future.all(parts)
        .map(
            all -> {
              List<Root> roots =
                  parts(parts)
                      .flatMap(part -> part.roots().stream())
                      .sorted(Comparator.comparingInt(Root::partition))
                      .toList();
              List<Seen> seen = parts(parts).flatMap(part -> part.seen().stream()).toList();
              boolean areEqual = Roots.hash(roots) == question.all();
              return new RootsAnswer(areEqual, areEqual ? List.of() : roots, seen).encode();
            });
  }

  private static Stream<Part> parts(List<Future<Part>> parts) {
    return parts.stream().map(Future::result);
  }

  private static Future<Part> part(Responder responder, String peer, long epoch, Roots question) {
    responder.requireSettled(epoch);
    return responder.isBuilt()
        ? Future.succeededFuture(
            new Part(responder.roots(peer, question), responder.seen(question.wanted())))
        : Future.failedFuture(new ReplicaException(Failure.NOT_READY));
  }
}
