/** What operators are shown in a terminal, and how a running cluster is asked for it. */
@NullMarked
package org.quorate.console;

import org.jspecify.annotations.NullMarked;
