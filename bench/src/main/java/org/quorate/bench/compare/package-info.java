/**
 * Two reports beside each other, without IO: {@link org.quorate.bench.compare.Comparison} of {@link
 * org.quorate.bench.compare.Metric}s, with confidence from {@link
 * org.quorate.bench.compare.Bootstrap}; {@link org.quorate.bench.compare.Threshold} is a condition
 * of {@code --fail-if}.
 */
@NullMarked
package org.quorate.bench.compare;

import org.jspecify.annotations.NullMarked;
