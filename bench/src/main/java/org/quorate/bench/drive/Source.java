package org.quorate.bench.drive;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.work.KeyChooser;
import org.quorate.bench.work.KeySpace;
import org.quorate.bench.work.Kind;
import org.quorate.bench.work.Workload;

/** Where a loop takes its operations from. */
public interface Source {
  /** The next one, to begin at this time; null when there is no more. */
  @Nullable Operation next(long intended);

  /** A workload's, without end. */
  static Source of(Workload work, KeySpace space, SplittableRandom random) {
    KeyChooser keys = work.keys().over(space, random.split());
    return intended -> {
      Kind kind = work.mix().pick(random);
      long key = kind == Kind.INSERT ? space.insert() : keys.next();
      boolean isWrite = kind != Kind.READ && kind != Kind.DELETE;
      return new Operation(kind, key, isWrite ? work.sizes().next(random) : 0, intended, 0);
    };
  }

  /** Each key of the key space once, written. Of all loops together. */
  static Source load(Workload work, KeySpace space, SplittableRandom random) {
    return intended -> {
      long key = space.turn();
      return key < space.loaded()
          ? new Operation(Kind.PUT, key, work.sizes().next(random), intended, 0)
          : null;
    };
  }

  /** These keys once, read. */
  static Source readBack(List<Long> keys, AtomicInteger turn) {
    return intended -> {
      int at = turn.getAndIncrement();
      return at < keys.size() ? new Operation(Kind.READ, keys.get(at), 0, intended, 0) : null;
    };
  }
}
