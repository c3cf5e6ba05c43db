/**
 * What a key holds and how two states of it are joined.
 *
 * <p>In the order data meets them: {@link Key}; {@link Dot}, the name of one write; {@link
 * CausalContext}, a set of dots; {@link Version}, one value; {@link Siblings}, a key's whole state;
 * {@link SiblingsCodec}, its bytes in the log and on the wire; {@link ContextToken}, a context as
 * clients carry it. Nothing here depends on the rest of the node.
 */
@NullMarked
package org.quorate.version;

import org.jspecify.annotations.NullMarked;
