package org.quorate;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.quorate.membership.Transitions;
import org.quorate.repair.Hints;
import org.quorate.ring.ClusterState;
import org.quorate.runtime.Loop;
import org.quorate.storage.Compaction;
import org.quorate.storage.DiskReserve;
import org.quorate.storage.Log;
import org.quorate.storage.Scrub;
import org.quorate.storage.StorageMetrics;
import org.quorate.storage.Stores;

/** What a node does beside its requests, again and again until it stops. */
final class Chores {
  private static final long CHECK_MILLIS = 1000;
  private static final long HINTS_MILLIS = 100;
  private static final long STEP_MILLIS = 500;

  private final NodeConfig config;
  private final Ports ports;
  private final Lanes lanes;
  private final Log log;
  private final StorageMetrics metrics;
  private final BooleanSupplier stopping;

  /**
   * @param stopping whether the node stops, so that nothing more is to be begun
   */
  Chores(
      NodeConfig config,
      Ports ports,
      Lanes lanes,
      Log log,
      StorageMetrics metrics,
      BooleanSupplier stopping) {
    this.config = config;
    this.ports = ports;
    this.lanes = lanes;
    this.log = log;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  /** Called on the first loop. */
  void start(
      DiskReserve reserve,
      Hints hints,
      Availability availability,
      Transitions transitions,
      Supplier<ClusterState> state) {
    Lanes.Lane first = lanes.first();
    Stores stores = lanes.stores(state);
    Compaction compaction = compaction(stores);
    every(
        first.loop(),
        CHECK_MILLIS,
        () -> {
          reserve.check();
          compaction.check();
          availability.check();
        });
    every(
        first.loop(),
        HINTS_MILLIS,
        () ->
            hints.deliver(
                target -> first.peers().isHealthy(target) || !state.get().hasNode(target),
                key -> lanes.of(key).delivery()));
    every(first.loop(), STEP_MILLIS, transitions::drive);
    for (Lanes.Lane lane : lanes) {
      lane.loop().execute(lane.antiEntropy()::compare);
      every(lane.loop(), CHECK_MILLIS, lane.departure()::clear);
      every(lane.loop(), config.antiEntropyInterval().toMillis(), lane.antiEntropy()::compare);
      every(lane.loop(), STEP_MILLIS, lane.antiEntropy()::copy);
    }
    if (config.log().sync() == Log.Sync.INTERVAL) {
      every(first.loop(), config.fsyncInterval().toMillis(), () -> log.sync(first.loop()));
    }
    scrub(stores).begin();
  }

  private Compaction compaction(Stores stores) {
    return new Compaction(
        log,
        ports.directory(),
        stores,
        lanes.first().loop(),
        ports.background(),
        config.log(),
        metrics,
        stopping);
  }

  private Scrub scrub(Stores stores) {
    return new Scrub(
        log, stores, lanes.first().loop(), ports.background(), ports.clock(), metrics, stopping);
  }

  private void every(Loop loop, long millis, Runnable chore) {
    loop.after(
        millis,
        () -> {
          if (!stopping.getAsBoolean()) {
            chore.run();
            every(loop, millis, chore);
          }
        });
  }
}
