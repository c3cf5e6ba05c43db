/**
 * How soon a write is seen, without IO: {@link org.quorate.bench.staleness.Freshness} counts what
 * probes saw and puts beside it what {@link org.quorate.bench.staleness.Pbs} predicts from {@link
 * org.quorate.bench.staleness.ReplicaTimes}.
 */
@NullMarked
package org.quorate.bench.staleness;

import org.jspecify.annotations.NullMarked;
