package org.quorate.coordinator;

import java.util.List;
import org.quorate.version.CausalContext;
import org.quorate.version.State;

/**
 * What a quorum write did.
 *
 * @param state the key's state at the minting owner after the write
 * @param context what the writer has seen now
 * @param n owners that counted
 * @param agreed owners that had stored it durably, at least {@code w}; or that a delete found with
 *     nothing to delete
 * @param acks of those that had stored it, in the order in which they came
 */
public record WriteResult(
    State state, CausalContext context, int n, int w, int agreed, List<Ack> acks) {
  /**
   * An owner's acknowledgement.
   *
   * @param afterNanos when it came to the coordinator, counted from the start of the operation
   */
  public record Ack(String node, long afterNanos) {}
}
