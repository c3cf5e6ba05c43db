/** The load tool and what it is compared with. */
@NullMarked
package org.quorate.bench;

import org.jspecify.annotations.NullMarked;
