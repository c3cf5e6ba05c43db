package org.quorate.coordinator;

import org.quorate.version.CausalContext;
import org.quorate.version.State;

/**
 * What a quorum write did.
 *
 * @param state the key's state at the minting owner after the write
 * @param context what the writer has seen now
 * @param n owners that counted
 * @param acks owners that had stored it durably, at least {@code w}
 */
public record WriteResult(State state, CausalContext context, int n, int w, int acks) {}
