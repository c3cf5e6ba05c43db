package org.quorate.repair;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.quorate.replica.Cluster;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.Store;
import org.quorate.version.Key;
import org.quorate.version.State;

/**
 * Mends this node's damaged keys of one loop, one at a time, by what all other owners have.
 *
 * <p>All of them, because this node may have been part of any write quorum: what it forgot is on
 * some other owner, but it cannot know on which. One that is damaged too gives what it still has,
 * else two would wait for each other for ever. A key whose owners do not all answer waits.
 */
public final class Healer {
  private static final long PAUSE_MILLIS = 200;
  private static final long TIMEOUT_NANOS = 2_000_000_000;
  private static final int MAX_WAITING = 100_000;

  private final Store store;
  private final Cluster cluster;
  private final Function<Key, List<String>> sources;
  private final Loop loop;
  private final Clock clock;
  private final Counter healed;
  private final Set<Key> waiting = new LinkedHashSet<>();
  private boolean running;

  /**
   * @param sources the other owners of a key
   */
  public Healer(
      Store store,
      Cluster cluster,
      Function<Key, List<String>> sources,
      Loop loop,
      Clock clock,
      MeterRegistry registry) {
    this.store = store;
    this.cluster = cluster;
    this.sources = sources;
    this.loop = loop;
    this.clock = clock;
    this.healed =
        Counter.builder("quorate.heal.keys")
            .description("Damaged keys mended from other owners")
            .register(registry);
    store.onDamaged(this::add);
  }

  private void add(Key key) {
    boolean isUsers = !key.isSystem();
    if (isUsers && waiting.size() < MAX_WAITING && waiting.add(key) && !running) {
      running = true;
      loop.execute(this::next);
    }
  }

  private void next() {
    if (waiting.isEmpty()) {
      running = false;
      return;
    }
    Key key = waiting.iterator().next();
    List<String> others = sources.apply(key);
    List<Future<State>> readings = new ArrayList<>();
    for (Cluster.Owner owner : cluster.preference(key).now()) {
      if (others.contains(owner.name())) {
        readings.add(owner.replica().salvage(key, clock.nanos() + TIMEOUT_NANOS));
      }
    }
    Listen.to(
        Future.all(readings).compose(all -> readings.isEmpty() ? alone() : heal(key, all.list())),
        loop,
        mended -> {
          waiting.remove(key);
          healed.increment();
          next();
        },
        e -> {
          waiting.remove(key);
          waiting.add(key);
          loop.after(PAUSE_MILLIS, this::next);
        });
  }

  private static Future<State> alone() {
    return Future.failedFuture("the key has no other owner");
  }

  private Future<State> heal(Key key, List<State> held) {
    State joined = State.EMPTY;
    for (State state : held) {
      joined = State.of(joined.siblings().merge(state.siblings()));
    }
    return store.heal(key, joined);
  }
}
