package org.quorate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.CoordinatorMetrics;
import org.quorate.coordinator.Operations;
import org.quorate.peer.Belief;
import org.quorate.peer.Local;
import org.quorate.peer.Peers;
import org.quorate.repair.AntiEntropy;
import org.quorate.repair.AntiEntropyMetrics;
import org.quorate.repair.Delivery;
import org.quorate.repair.Departure;
import org.quorate.repair.Healer;
import org.quorate.repair.Responder;
import org.quorate.repair.Standing;
import org.quorate.replica.Layout;
import org.quorate.replica.LocalReplica;
import org.quorate.replica.Shard;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Loop;
import org.quorate.storage.DiskReserve;
import org.quorate.storage.Identity;
import org.quorate.storage.Log;
import org.quorate.storage.StorageMetrics;
import org.quorate.storage.Store;
import org.quorate.storage.Stores;
import org.quorate.version.Key;
import org.quorate.version.State;

/** The event loops of a node, each with its partitions and all that is needed to serve them. */
final class Lanes implements Iterable<Lanes.Lane> {
  private static final int KEY_OVERHEAD_BYTES = 160;

  /** What one event loop has. */
  record Lane(
      Loop loop,
      Store store,
      Shard shard,
      LocalReplica replica,
      Peers peers,
      Coordinator coordinator,
      Delivery delivery,
      AntiEntropy antiEntropy,
      Responder responder,
      Departure departure) {

    /** Takes up a newer state; completes when no update is in progress that began before. */
    Future<Void> adopt(ClusterState state) {
      Future<Void> settled = shard.tenure().adopt(state);
      peers.adopt(state);
      antiEntropy.adopt();
      return settled;
    }
  }

  /** Notes a hint, on any loop. */
  interface HintNote {
    Future<Void> add(Loop from, Key key, String target);
  }

  private final NodeConfig config;
  private final Ports ports;
  private final ClusterState first;
  private final List<Lane> lanes = new ArrayList<>();

  /** What all loops share. */
  record Shared(
      Log log,
      Identity identity,
      DiskReserve reserve,
      StorageMetrics storageMetrics,
      AntiEntropyMetrics antiEntropyMetrics,
      Local local,
      Function<String, Belief> beliefs,
      HintNote hints,
      Operations operations,
      Standing standing,
      BooleanSupplier keepsHints,
      Supplier<ClusterState> state,
      long damagedBefore) {}

  /**
   * @param first the state of the cluster to begin with
   */
  Lanes(NodeConfig config, Ports ports, ClusterState first, Shared shared) {
    this.config = config;
    this.ports = ports;
    this.first = first;
    Cache<Key, State> cache =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(config.cacheBytes())
            .weigher(
                (Key key, State state) ->
                    KEY_OVERHEAD_BYTES + key.encoded().length + state.sizeBytes())
            .build();
    CoordinatorMetrics metrics = new CoordinatorMetrics(ports.registry());
    for (int i = 0; i < ports.lanes().size(); i++) {
      lanes.add(lane(i, shared, cache, metrics));
    }
  }

  private Lane lane(int i, Shared shared, Cache<Key, State> cache, CoordinatorMetrics metrics) {
    Loop loop = ports.lanes().get(i).loop();
    Layout layout = new Layout(first);
    Store store =
        new Store(
            loop,
            i,
            shared.log(),
            ports.directory(),
            cache,
            layout,
            shared.storageMetrics(),
            shared.identity(),
            shared.reserve(),
            shared.damagedBefore());
    Peers peers =
        new Peers(
            shared.local(),
            first,
            loop,
            ports.clock(),
            ports.lanes().get(i).transport(),
            shared.beliefs(),
            ports.registry());
    Shard shard = new Shard(store, layout, first, config.name(), i, ports.lanes().size());
    LocalReplica replica =
        new LocalReplica(
            store, shard, ports.clock(), (key, target) -> shared.hints().add(loop, key, target));
    AntiEntropy antiEntropy =
        new AntiEntropy(
            loop,
            ports.clock(),
            shard,
            store,
            replica,
            peers::exchange,
            peers::isConnected,
            shared.standing(),
            () -> others(shared.state().get()),
            config.copyShare(),
            ports.lanes().size(),
            i,
            shared.antiEntropyMetrics(),
            ports.tracing());
    new Healer(store, peers, shard::sources, loop, ports.clock(), ports.registry());
    if (shared.damagedBefore() == 0) {
      ports.directory().applied(i, shared.log().end());
    }
    return new Lane(
        loop,
        store,
        shard,
        replica,
        peers,
        new Coordinator(peers, loop, ports.clock(), shared.operations(), metrics, ports.tracing()),
        new Delivery(loop, replica, peers, ports.clock(), ports.tracing()),
        antiEntropy,
        new Responder(loop, shard, store),
        new Departure(loop, ports.clock(), shard, store, config.copyShare(), shared.keepsHints()));
  }

  private Set<String> others(ClusterState state) {
    return state.nodes().stream()
        .map(Member::name)
        .filter(name -> !name.equals(config.name()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The same under each state of the cluster, as is thus the loop that has the key. */
  private int slotOf(Key key) {
    return first.ring().slotOf(key.hash());
  }

  @Override
  public Iterator<Lane> iterator() {
    return lanes.iterator();
  }

  Stores stores(Supplier<ClusterState> state) {
    List<Store> stores = lanes.stream().map(Lane::store).toList();
    return new Stores(
        stores, this::slotOf, first.ring().slots(), () -> state.get().ring().partitions());
  }

  int count() {
    return lanes.size();
  }

  Lane first() {
    return lanes.get(0);
  }

  Lane of(Key key) {
    return lanes.get(slotOf(key) % lanes.size());
  }

  /** Runs on each loop after all that was given to it before. */
  Future<Void> run(Consumer<Lane> task) {
    return call(
        lane -> {
          task.accept(lane);
          return Future.succeededFuture();
        });
  }

  /** Calls on each loop; completes when all are done. */
  Future<Void> call(Function<Lane, Future<Void>> task) {
    List<Future<Void>> done = new ArrayList<>();
    for (Lane lane : lanes) {
      done.add(Tasks.onLoop(lane.loop(), () -> task.apply(lane)));
    }
    return Future.all(done).mapEmpty();
  }

  /** Calls on the first loop. */
  <T> Future<T> onFirst(Loop from, Tasks.Call<T> call) {
    return Hop.call(from, first().loop(), call::run);
  }
}
