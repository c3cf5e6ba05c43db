package org.quorate.replica;

import java.util.Map;
import net.openhft.hashing.LongHashFunction;
import org.quorate.ring.ClusterState;
import org.quorate.storage.Placing;
import org.quorate.version.Key;

/**
 * Which partition each key belongs to, under the state of the cluster that one loop has taken up.
 * Used on that loop.
 */
public final class Layout implements Placing {
  private static final LongHashFunction HASH = LongHashFunction.xx3();

  private ClusterState state;
  private long layout;

  public Layout(ClusterState state) {
    this.state = state;
    this.layout = layout(state);
  }

  void adopt(ClusterState next) {
    layout = layout(next);
    state = next;
  }

  /** As {@link Placing#layout}. */
  public static long layout(ClusterState state) {
    Map<String, Integer> layered = state.layered();
    return layered.isEmpty() ? 0 : HASH.hashChars(layered.toString());
  }

  /** The partition of a key of users. */
  public static int partition(ClusterState state, Key key) {
    return state.partitionOf(key.hash(), key::bucket);
  }

  @Override
  public int partition(Key key) {
    return key.isSystem() ? state.ring().partitionWith(key.hash()) : partition(state, key);
  }

  @Override
  public int layer(Key key) {
    boolean isFirst = state.ring().layers().size() == 1 && !key.isSystem();
    return isFirst ? 0 : state.ring().layerOf(partition(key));
  }

  @Override
  public long layout() {
    return layout;
  }
}
