package org.quorate.repair;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.quorate.replica.HintSink;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Hop;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.Disk;
import org.quorate.storage.DiskReserve;
import org.quorate.storage.StorageException;
import org.quorate.version.Key;

/**
 * The hints that this node keeps for others, and their way there (Dynamo, section 4.6).
 *
 * <p>A hint is a key and a target. What the target is sent is what this node has of the key when
 * its turn comes, so a hint cannot carry anything old, and a key written a thousand times is sent
 * once. Called on its loop, but for what says otherwise.
 */
public final class Hints implements HintSink {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long LEAST_PAUSE_MILLIS = 100;
  private static final long MOST_PAUSE_MILLIS = 5000;
  private static final int DELIVERIES_A_STEP = 1000;

  /** The hints for one target on their way. */
  private static final class Handoff {
    private final String target;
    private final HintQueue queue;
    private final Counter deliveries;
    private int credits = 1;
    private int inProgress;
    private boolean pumping;
    private long delivered;
    private long pauseMillis = LEAST_PAUSE_MILLIS;
    private long notBefore = Long.MIN_VALUE;

    Handoff(String target, HintQueue queue, Counter deliveries) {
      this.deliveries = deliveries;
      this.target = target;
      this.queue = queue;
    }

    /** More at once only step by step: a target that has just started is slow yet. */
    void granted(int most) {
      delivered++;
      boolean mayGrow = delivered % DELIVERIES_A_STEP == 0;
      credits = Math.min(most, mayGrow ? credits + 1 : credits);
    }
  }

  private final Disk disk;
  private final Loop loop;
  private final Clock clock;
  private final HintIo io;
  private final HintOptions options;
  private final DiskReserve reserve;
  private final HintMetrics metrics;
  private final Map<String, Handoff> handoffs = new ConcurrentSkipListMap<>();

  public Hints(
      Disk disk,
      Loop loop,
      Clock clock,
      Executor threads,
      HintOptions options,
      DiskReserve reserve,
      MeterRegistry registry,
      Consumer<Throwable> fatal) {
    this.disk = disk;
    this.loop = loop;
    this.clock = clock;
    this.io = new HintIo(threads, loop, fatal);
    this.options = options;
    this.reserve = reserve;
    this.metrics = new HintMetrics(registry);
  }

  /** Takes over what an earlier process left; to be called before anything else. */
  public void recover() throws IOException {
    List<HintFile> files =
        disk.list().stream()
            .map(HintFile::parse)
            .flatMap(Optional::stream)
            .sorted(Comparator.comparingLong(file -> file.number))
            .toList();
    for (HintFile file : files) {
      handoff(file.target).queue.adopt(file, file.read(disk));
    }
  }

  /** Counts hints for this node from now on, though there are none yet. */
  public void watch(String target) {
    handoff(target);
  }

  private Handoff handoff(String target) {
    return handoffs.computeIfAbsent(
        target,
        name -> {
          HintQueue queue = new HintQueue(name, disk, loop, io, options, metrics);
          return new Handoff(name, queue, metrics.watch(name, queue));
        });
  }

  @Override
  public Future<Void> add(Key key, String target) {
    if (!options.enabled()) {
      return Future.succeededFuture();
    }
    if (reserve.isBelow()) {
      metrics.dropped(1);
      return Future.failedFuture(
          new StorageException(
              StorageException.Reason.DISK_FULL, "free disk space is below the reserve"));
    }
    return handoff(target).queue.add(key);
  }

  /** Completes when all hints that were added are durable, or have failed; on the loop. */
  public Future<Void> settled() {
    return Future.join(handoffs.values().stream().map(each -> each.queue.settled()).toList())
        .mapEmpty();
  }

  /** Hints that are not done; may be asked from any thread. */
  public long pending() {
    return handoffs.values().stream().mapToLong(handoff -> handoff.queue.pending()).sum();
  }

  /** Hints that are not done, by target, where there are any; may be asked from any thread. */
  public Map<String, Long> pendingByTarget() {
    Map<String, Long> pending = new TreeMap<>();
    for (Handoff handoff : handoffs.values()) {
      long waiting = handoff.queue.pending();
      if (waiting > 0) {
        pending.put(handoff.target, waiting);
      }
    }
    return pending;
  }

  /**
   * Sends what can be sent; to be called every now and then, on the loop.
   *
   * @param isUp whether a node can be asked now
   * @param deliveries for the loop of each key
   */
  public void deliver(Predicate<String> isUp, Function<Key, Delivery> deliveries) {
    handoffs.values().stream()
        .filter(handoff -> isUp.test(handoff.target))
        .forEach(handoff -> pump(handoff, deliveries));
  }

  private void pump(Handoff handoff, Function<Key, Delivery> deliveries) {
    if (handoff.pumping) {
      return;
    }
    handoff.pumping = true;
    while (handoff.inProgress < handoff.credits && handoff.notBefore <= clock.nanos()) {
      Optional<Key> next = handoff.queue.next();
      if (next.isEmpty()) {
        break;
      }
      handoff.inProgress++;
      Key key = next.get();
      Delivery delivery = deliveries.apply(key);
      Listen.to(
          Hop.call(loop, delivery.loop(), () -> delivery.deliver(key, handoff.target)),
          loop,
          credits -> {
            handoff.inProgress--;
            handoff.granted(credits);
            handoff.pauseMillis = LEAST_PAUSE_MILLIS;
            handoff.deliveries.increment();
            handoff.queue.done();
            pump(handoff, deliveries);
          },
          e -> {
            handoff.inProgress--;
            failed(handoff, key, e);
          });
    }
    handoff.pumping = false;
  }

  /** A copy that cannot be read now goes to the end, so that it holds up nothing else. */
  private void failed(Handoff handoff, Key key, Throwable e) {
    handoff.credits = 1;
    handoff.notBefore = clock.nanos() + handoff.pauseMillis * NANOS_PER_MILLI;
    handoff.pauseMillis = Math.min(MOST_PAUSE_MILLIS, 2 * handoff.pauseMillis);
    if (e instanceof Delivery.UnreadableException) {
      Listen.to(
          handoff.queue.add(key),
          loop,
          added -> handoff.queue.done(),
          failure -> handoff.queue.retry(key));
    } else {
      handoff.queue.retry(key);
    }
  }
}
