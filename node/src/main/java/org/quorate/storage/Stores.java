package org.quorate.storage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import org.quorate.runtime.Loop;
import org.quorate.version.Key;

/** The stores of all loops: a slot's number, divided by theirs, leaves the rest of its own. */
public final class Stores {
  private final List<Store> stores;
  private final ToIntFunction<Key> slotOf;
  private final int slots;
  private final IntSupplier partitions;

  /**
   * @param partitions of all layers
   */
  public Stores(List<Store> stores, ToIntFunction<Key> slotOf, int slots, IntSupplier partitions) {
    this.stores = List.copyOf(stores);
    this.slotOf = slotOf;
    this.slots = slots;
    this.partitions = partitions;
  }

  Store of(Key key) {
    return ofSlot(slotOf.applyAsInt(key));
  }

  private Store ofSlot(int slot) {
    return stores.get(slot % stores.size());
  }

  /**
   * No record between these offsets can be made out: the keys whose newest one lies there are to be
   * mended. Completes on the caller's loop with how many there are, and partitions of which keys
   * may be missing that nobody here knows of. Each partition is a turn of its loop.
   */
  Future<Integer> suspectAll(Loop caller, int segment, int from, int to) {
    List<Future<Integer>> found = new ArrayList<>();
    for (int p = 0; p < partitions.getAsInt(); p++) {
      int partition = p;
      Store store = ofSlot(partition % slots);
      Promise<Integer> told = Promise.promise();
      found.add(told.future());
      store
          .loop()
          .execute(
              () -> {
                int unknown = store.isWhole(partition) ? 0 : 1;
                int needed = store.suspectAll(partition, segment, from, to) + unknown;
                caller.execute(() -> told.complete(needed));
              });
    }
    return Future.all(found).map(all -> found.stream().mapToInt(count -> count.result()).sum());
  }
}
