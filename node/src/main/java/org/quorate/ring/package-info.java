/**
 * Which nodes own a key. Immutable values, computed alike on every node.
 *
 * <p>{@link Member}; {@link Ring}, the preference lists; {@link Placement}, the rule that makes
 * them; {@link MinCostFlow}, the algorithm under it; {@link ClusterState}, what the members have
 * agreed on, with the {@link Transition} under way and {@link BucketProperties}; {@link
 * Assignment}, what it says of one partition; {@link PartitionState}.
 */
@NullMarked
package org.quorate.ring;

import org.jspecify.annotations.NullMarked;
