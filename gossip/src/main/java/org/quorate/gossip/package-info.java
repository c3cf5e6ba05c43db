/**
 * Cluster membership by SWIM with Lifeguard, as a state machine without sockets or clocks. Only the
 * JDK.
 *
 * <p>{@link org.quorate.gossip.Gossip} is one member. What comes in is a {@link Packet}; its {@link
 * Rumour}s change {@link Beliefs}, which keep the {@link Table}; {@link Prober} finds out who
 * answers; {@link Comparison} compares two tables; {@link Voice} composes what goes out, with
 * {@link Rumours} that are still fresh; what else is to be done is an {@link
 * org.quorate.gossip.Effect}.
 */
package org.quorate.gossip;
