package org.quorate;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.quorate.membership.Membership;
import org.quorate.peer.Answering;
import org.quorate.repair.Exchanges;
import org.quorate.runtime.Loop;

/** Opens a node to its peers, on each loop. */
final class Reception {
  private final NodeConfig config;
  private final Lanes lanes;
  private final Membership membership;
  private final Exchanges exchanges;
  private final Participation participation;

  Reception(
      NodeConfig config,
      Lanes lanes,
      Membership membership,
      Exchanges exchanges,
      Participation participation) {
    this.config = config;
    this.lanes = lanes;
    this.membership = membership;
    this.exchanges = exchanges;
    this.participation = participation;
  }

  /** Completes with the address at which peers are answered. */
  Future<String> open() {
    List<Future<String>> bound = new ArrayList<>();
    for (Lanes.Lane lane : lanes) {
      bound.add(
          Tasks.onLoop(
              lane.loop(),
              () -> {
                lane.peers().connect();
                lane.loop().execute(lane.antiEntropy()::adopt);
                return lane.peers()
                    .serve(
                        config.peer(),
                        lane.replica(),
                        key -> lanes.of(key).loop(),
                        key -> lanes.of(key).replica(),
                        answering(lane.loop()));
              }));
    }
    return Future.all(bound).map(all -> all.resultAt(0));
  }

  /** What peers ask of this node as a whole. */
  private Answering answering(Loop loop) {
    return new Answering(
        (from, epoch, question) ->
            lanes.onFirst(loop, () -> Future.succeededFuture(membership.answer(from, question))),
        (from, epoch, question) -> exchanges.answer(loop, from, epoch, question),
        (from, epoch, question) -> lanes.onFirst(loop, () -> participation.answer(from, question)),
        (from, epoch, request) -> lanes.onFirst(loop, () -> participation.letIn(request)));
  }
}
