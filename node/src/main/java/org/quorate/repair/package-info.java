/** What brings owners together again outside of requests: {@link Healer} mends damaged keys. */
@NullMarked
package org.quorate.repair;

import org.jspecify.annotations.NullMarked;
