/**
 * The node's only way to time, chance and threads, as ports that a simulation can replace: {@link
 * Clock}, {@link Randomness}, {@link Loop}. {@link Hop} goes from loop to loop, and {@link Listen}
 * waits for a future. {@link Tracing} makes spans.
 */
@NullMarked
package org.quorate.runtime;

import org.jspecify.annotations.NullMarked;
