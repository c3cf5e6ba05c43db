/**
 * Time and chance, the only way to them in the tool: {@link org.quorate.bench.runtime.Clock},
 * {@link org.quorate.bench.runtime.Seeds}.
 */
@NullMarked
package org.quorate.bench.runtime;

import org.jspecify.annotations.NullMarked;
