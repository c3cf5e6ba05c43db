/**
 * The node's only way to time, chance and threads, as ports that a simulation can replace: {@link
 * Clock}, {@link Randomness}, {@link Loop}.
 */
@NullMarked
package org.quorate.runtime;

import org.jspecify.annotations.NullMarked;
