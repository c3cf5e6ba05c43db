/**
 * The seam between a coordinator and an owner, near or far: {@link Replica} with its three verbs
 * and {@link Failure}; {@link LocalReplica} is this node's side of it.
 */
@NullMarked
package org.quorate.replica;

import org.jspecify.annotations.NullMarked;
