package org.quorate.bench.drive;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** How a store is spoken to. */
public interface Dialect {
  Call read(String key);

  /**
   * @param context of a read that came before; null for a blind write
   */
  Call write(String key, byte[] value, @Nullable String context);

  Call delete(String key);

  /**
   * What came back for a call.
   *
   * @param wantsValues whether a read's values are to be told
   * @throws RuntimeException if it is nothing that the store promises to say
   */
  Answer answer(Call call, int status, MultiMap headers, Buffer body, boolean wantsValues);
}
