/**
 * What is asked of a store, decided by a seed: {@link org.quorate.bench.work.Workload} names a
 * {@link org.quorate.bench.work.Mix} of {@link org.quorate.bench.work.Kind}s, how keys are chosen
 * ({@link org.quorate.bench.work.Keys} over a {@link org.quorate.bench.work.KeySpace}) and how
 * large values are ({@link org.quorate.bench.work.Sizes}); {@link org.quorate.bench.work.Payload}
 * is what a value looks like. No IO.
 */
@NullMarked
package org.quorate.bench.work;

import org.jspecify.annotations.NullMarked;
