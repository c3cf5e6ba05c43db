package org.quorate.replica;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.version.CausalContext;
import org.quorate.version.Header;

/**
 * What a client wants written.
 *
 * @param seen what it has seen, or null for a blind write: whatever the minting owner holds then
 */
public record Write(
    @Nullable CausalContext seen, boolean delete, List<Header> headers, byte[] value) {}
