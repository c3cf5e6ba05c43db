package org.quorate.storage;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import org.quorate.runtime.Buckets;

/** What storage counts. */
public final class StorageMetrics {
  private final Timer sync;
  private final DistributionSummary batch;
  private final Counter hits;
  private final Counter misses;
  private final Counter damaged;
  private final Counter compacted;
  private final Counter purged;
  private final Counter scrubbed;
  private final Counter scrubRounds;
  private volatile double scrubProgress;

  public StorageMetrics(MeterRegistry registry) {
    sync =
        Timer.builder("quorate.log.fsync")
            .description("Time of one fsync of the log")
            .serviceLevelObjectives(Buckets.latency())
            .register(registry);
    batch =
        DistributionSummary.builder("quorate.log.batch")
            .description("Writes that shared one commit of the log")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
            .register(registry);
    hits = cache(registry, "hit");
    misses = cache(registry, "miss");
    damaged =
        Counter.builder("quorate.log.damaged.records")
            .description("Damaged records found")
            .register(registry);
    compacted =
        Counter.builder("quorate.log.compacted")
            .baseUnit("bytes")
            .description("Bytes of live records that compaction rewrote")
            .register(registry);
    scrubbed =
        Counter.builder("quorate.scrub")
            .baseUnit("bytes")
            .description("Bytes of the log that the scrub has read and checked")
            .register(registry);
    scrubRounds =
        Counter.builder("quorate.scrub.rounds")
            .description("Times that the scrub has read the whole log")
            .register(registry);
    Gauge.builder("quorate.scrub.progress.ratio", this, StorageMetrics::scrubProgress)
        .description("How much of the log the present round of the scrub has read")
        .register(registry);
    purged =
        Counter.builder("quorate.tombstones.purged")
            .description("Reaped tombstones whose record is gone from the log")
            .register(registry);
  }

  private static Counter cache(MeterRegistry registry, String result) {
    return Counter.builder("quorate.cache.requests")
        .description("Look-ups in the value cache")
        .tag("result", result)
        .register(registry);
  }

  void synced(long nanos) {
    sync.record(nanos, TimeUnit.NANOSECONDS);
  }

  void batch(int writes) {
    batch.record(writes);
  }

  void cacheHit() {
    hits.increment();
  }

  void cacheMiss() {
    misses.increment();
  }

  void damagedRecord() {
    damaged.increment();
  }

  void scrubbed(long bytes, double progress) {
    scrubbed.increment((double) bytes);
    scrubProgress = progress;
  }

  /** A round of the scrub is done. */
  void scrubbed() {
    scrubProgress = 1;
    scrubRounds.increment();
  }

  /** How much of the log the present round of the scrub has read, 0 to 1. */
  public double scrubProgress() {
    return scrubProgress;
  }

  void purged() {
    purged.increment();
  }

  void compacted(long bytes) {
    compacted.increment((double) bytes);
  }
}
