/**
 * Who belongs to the cluster, and who of them lives.
 *
 * <p>{@link Chain} keeps the agreed state of the cluster and decides, with the chains of the
 * others, on the next: {@link Proposer} drives {@link Proposal}s, whose {@link Ballot}s the {@link
 * Acceptor}s vote on; {@link StateCodec} is what states look like on the way. {@link Membership}
 * drives the gossip, over {@link Datagrams}, whose real side is {@link VertxDatagrams}, and over
 * the connections between peers; coordinators read {@link Standing}s.
 */
@NullMarked
package org.quorate.membership;

import org.jspecify.annotations.NullMarked;
