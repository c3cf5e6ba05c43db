package org.quorate.coordinator;

import org.quorate.version.State;

/**
 * What a quorum read found.
 *
 * @param n owners that counted
 * @param acks owners that had answered, at least {@code r}
 * @param repaired owners that were found behind and sent what they lacked
 */
public record ReadResult(State state, int n, int r, int acks, int repaired) {}
