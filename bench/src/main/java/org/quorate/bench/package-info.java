/**
 * The load tool's command line: {@link org.quorate.bench.Main} and a class for each command. It
 * speaks only HTTP to a store. bench/DESIGN.md tells the rest.
 */
@NullMarked
package org.quorate.bench;

import org.jspecify.annotations.NullMarked;
