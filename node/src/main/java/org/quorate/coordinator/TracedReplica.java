package org.quorate.coordinator;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import java.util.List;
import org.quorate.replica.Cluster;
import org.quorate.replica.Replica;
import org.quorate.replica.Write;
import org.quorate.runtime.Tracing;
import org.quorate.version.Key;
import org.quorate.version.State;

/** A replica each call of which is a span of the operation that makes it. */
final class TracedReplica implements Replica {
  private final Replica replica;
  private final String node;
  private final Tracing tracing;
  private final Span operation;
  private final String merging;

  private TracedReplica(Cluster.Owner owner, Tracing tracing, Span operation, String merging) {
    this.replica = owner.replica();
    this.node = owner.name();
    this.tracing = tracing;
    this.operation = operation;
    this.merging = merging;
  }

  /**
   * The same owners, traced if the operation is.
   *
   * @param merging what a merge is for in this operation
   */
  static OwnerSet all(OwnerSet set, Tracing tracing, Span operation, String merging) {
    if (!operation.isRecording()) {
      return set;
    }
    List<Cluster.Owner> traced =
        set.owners().stream()
            .map(
                owner ->
                    new Cluster.Owner(
                        owner.name(),
                        new TracedReplica(owner, tracing, operation, merging),
                        owner.local(),
                        owner.health()))
            .toList();
    return new OwnerSet(set.epoch(), traced, set.standsFor(), set.groups());
  }

  private Span begin(String verb) {
    return tracing.part(operation, verb, node);
  }

  @Override
  public Future<Reading> read(Key key, long knownDigest, long deadline) {
    return Tracing.around(begin("replica read"), () -> replica.read(key, knownDigest, deadline));
  }

  @Override
  public Future<State> salvage(Key key, long deadline) {
    return Tracing.around(begin("replica salvage"), () -> replica.salvage(key, deadline));
  }

  /** Its span ends when the write is durable there. */
  @Override
  public Future<Minted> put(Key key, Write write, long deadline) {
    Span span = begin("replica put");
    Future<Minted> minted = replica.put(key, write, deadline);
    var unused = Tracing.around(span, () -> minted.compose(Minted::stored));
    return minted;
  }

  @Override
  public Future<Void> merge(Key key, State state, long basis, long deadline) {
    return Tracing.around(begin(merging), () -> replica.merge(key, state, basis, deadline));
  }

  @Override
  public Future<Integer> handOff(Key key, State state, long deadline) {
    return Tracing.around(begin("replica hand-off"), () -> replica.handOff(key, state, deadline));
  }

  @Override
  public Future<Void> hint(Key key, String target, long deadline) {
    return Tracing.around(begin("replica hint"), () -> replica.hint(key, target, deadline));
  }
}
