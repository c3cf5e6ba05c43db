/**
 * What is measured, without IO: a loop's {@link org.quorate.bench.measure.Meter} sorts requests
 * into an {@link org.quorate.bench.measure.Interval} for each second, with a {@link
 * org.quorate.bench.measure.Tally} for each kind; the {@link org.quorate.bench.measure.Timeline}
 * gathers those of all loops; {@link org.quorate.bench.measure.Verdict} says whether they can be
 * trusted.
 */
@NullMarked
package org.quorate.bench.measure;

import org.jspecify.annotations.NullMarked;
