/**
 * One client operation over a key's owners.
 *
 * <p>{@link QuorumRead} and {@link QuorumWrite} count replies and know when they are enough: pure
 * values without time or network. {@link ReadOperation} and {@link WriteOperation} drive them;
 * {@link Coordinator} is what the HTTP side calls. Owners are {@link TracedReplica}s where it is
 * traced. {@link Cluster} tells them which owners there are.
 */
@NullMarked
package org.quorate.coordinator;

import org.jspecify.annotations.NullMarked;
