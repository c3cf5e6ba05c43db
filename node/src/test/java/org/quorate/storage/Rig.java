package org.quorate.storage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.quorate.replica.Layout;
import org.quorate.replica.LocalReplica;
import org.quorate.replica.Shard;
import org.quorate.replica.Write;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.testing.HeapDirectory;
import org.quorate.testing.ManualLoop;
import org.quorate.testing.SimDisk;
import org.quorate.version.Key;
import org.quorate.version.Siblings;
import org.quorate.version.State;

/** One node's storage over a simulated disk, started again as often as a test likes. */
final class Rig {
  final SimDisk disk;
  final ManualLoop loop = new ManualLoop();
  final List<Throwable> fatal = new ArrayList<>();
  private final SplittableRandom random;
  private final LogOptions options;
  private final long cacheBytes;
  HeapDirectory directory = new HeapDirectory();
  ClusterState state = ClusterState.first(List.of(new Member("n1", "n1:1", "")), 1, 1);
  Recovery.Result recovered;
  Log log;
  Store store;
  Identity identity;
  DiskReserve reserve;
  LocalReplica replica;
  Compaction compaction;

  Rig(SimDisk disk, Log.Sync sync, int segmentBytes, long seed) {
    this.disk = disk;
    this.random = new SplittableRandom(seed);
    this.options = new LogOptions(sync, segmentBytes, 1, 1L << 40);
    this.cacheBytes = random.nextBoolean() ? 0 : 1 << 20;
    start();
  }

  void start() {
    try {
      directory = new HeapDirectory();
      identity = Identity.open(disk, random::nextLong, loop, fatal::add);
      Layout layout = new Layout(state);
      recovered = new Recovery(disk, directory, layout).run();
      StorageMetrics metrics = new StorageMetrics(new SimpleMeterRegistry());
      log =
          new Log(disk, options, recovered.segments(), loop, loop, loop, loop, metrics, fatal::add);
      reserve = new DiskReserve(disk, 1000, loop, new SimpleMeterRegistry());
      Cache<Key, State> cache =
          Caffeine.newBuilder()
              .executor(Runnable::run)
              .maximumWeight(cacheBytes)
              .weigher((Key k, State s) -> s.sizeBytes())
              .build();
      store =
          new Store(
              loop,
              0,
              log,
              directory,
              cache,
              layout,
              metrics,
              identity,
              reserve,
              recovered.damagedBefore());
      Shard shard = new Shard(store, layout, state, "a node that owns nothing", 0, 1);
      replica = new LocalReplica(store, shard, loop, (key, target) -> Future.succeededFuture());
      compaction =
          new Compaction(
              log,
              directory,
              new Stores(List.of(store), key -> 0, 1, () -> 1),
              loop,
              loop,
              options,
              metrics,
              () -> false);
      identity.lease(recovered.isSound());
      identity.begin(true);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts a write without running it. */
  Future<Void> put(Key key, Write write) {
    return replica
        .put(key, write, loop.nanos() + 10_000_000_000L)
        .compose(minted -> minted.stored());
  }

  /** What the key holds, or a failure. */
  Future<Siblings> get(Key key) {
    Future<Siblings> read =
        replica
            .read(key, 0, loop.nanos() + 10_000_000_000L)
            .map(reading -> reading.state().siblings());
    loop.run();
    return read;
  }

  String newestSegment() {
    return disk.list().stream().filter(n -> n.startsWith("log-")).max(String::compareTo).get();
  }
}
