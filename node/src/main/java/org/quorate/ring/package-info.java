/**
 * Which nodes own a key. Immutable values, computed alike on every node.
 *
 * <p>{@link Member}; {@link Ring}, the preference lists under one epoch; {@link Placement}, the
 * rule that makes them; {@link MinCostFlow}, the algorithm under it; {@link PartitionState}.
 */
@NullMarked
package org.quorate.ring;

import org.jspecify.annotations.NullMarked;
