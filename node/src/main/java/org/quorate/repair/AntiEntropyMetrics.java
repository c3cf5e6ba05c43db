package org.quorate.repair;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/** What is counted of anti-entropy. */
public final class AntiEntropyMetrics {
  private final MeterRegistry registry;
  private final Counter comparisons;
  private final Counter exchanges;
  private final Counter failed;
  private final Counter keys;
  private final Counter keyBytes;
  private final Counter sent;
  private final Counter received;
  private final Counter reaped;
  private final Map<String, Gauge> ages = new ConcurrentHashMap<>();

  final AtomicInteger waitingTombstones = new AtomicInteger();

  final AtomicInteger notWhole = new AtomicInteger();

  public AntiEntropyMetrics(MeterRegistry registry) {
    this.registry = registry;
    comparisons = counter("comparisons", "Comparisons of all roots with a co-owner");
    exchanges =
        counter("exchanges", "Partitions compared down to their keys, because roots differed");
    failed = counter("failures", "Comparisons and exchanges that were not finished");
    keys = counter("keys", "Keys that this node fetched something of");
    keyBytes =
        Counter.builder("quorate.anti.entropy.repaired")
            .baseUnit("bytes")
            .description("Size of the states fetched")
            .register(registry);
    sent = bytes("sent");
    received = bytes("received");
    reaped =
        Counter.builder("quorate.tombstones.reaped")
            .description("Tombstones that all owners have seen, so that they count no more")
            .register(registry);
    Gauge.builder("quorate.tombstones.waiting", waitingTombstones, AtomicInteger::get)
        .description("Tombstones that some owner may not have seen yet")
        .register(registry);
    Gauge.builder("quorate.partitions.refilling", notWhole, AtomicInteger::get)
        .description("Partitions of which this node may have forgotten something")
        .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder("quorate.anti.entropy." + name)
        .description(description)
        .register(registry);
  }

  private Counter bytes(String direction) {
    return Counter.builder("quorate.anti.entropy")
        .baseUnit("bytes")
        .tag("direction", direction)
        .description("Questions and answers of anti-entropy")
        .register(registry);
  }

  /** Watches the time in which each partition was equal to the peer's at least once, seconds. */
  public void watch(String peer, DoubleSupplier ageSeconds) {
    ages.computeIfAbsent(
        peer,
        name ->
            Gauge.builder("quorate.anti.entropy.age.seconds", ageSeconds::getAsDouble)
                .description("Time in which each root was equal to the peer's at least once")
                .tag("peer", name)
                .register(registry));
  }

  void compared() {
    comparisons.increment();
  }

  void exchanged() {
    exchanges.increment();
  }

  void failed() {
    failed.increment();
  }

  void repaired(int count, long bytes) {
    keys.increment(count);
    keyBytes.increment((double) bytes);
  }

  void sent(int bytes) {
    sent.increment(bytes);
  }

  void received(int bytes) {
    received.increment(bytes);
  }

  void reaped() {
    reaped.increment();
  }
}
