package org.quorate.storage;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.quorate.version.Key;
import org.quorate.version.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches free disk space. Below the reserve writes are refused, so that compaction can still
 * rewrite a segment and give space back; above it the node goes on by itself.
 */
public final class DiskReserve {
  private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);

  private final Disk disk;
  private final long reserveBytes;
  private final Executor io;
  private volatile boolean below;
  private volatile double freeBytes = Double.NaN;

  /**
   * @param reserveBytes room for at least one segment and what is in flight
   */
  public DiskReserve(Disk disk, long reserveBytes, Executor io, MeterRegistry registry) {
    Gauge.builder("quorate.disk.free.bytes", this, reserve -> reserve.freeBytes)
        .description("Free space where the data directory is")
        .register(registry);
    Gauge.builder("quorate.disk.reserve.bytes", () -> reserveBytes)
        .description("Free space below which writes are refused")
        .register(registry);
    this.disk = disk;
    this.reserveBytes = reserveBytes;
    this.io = io;
  }

  public boolean isBelow() {
    return below;
  }

  /** Whether a record has no room: one that comes before space is given back always has. */
  boolean refuses(Key key, State state) {
    return isBelow() && state.digest() != 0 && !isMark(key, state);
  }

  private static boolean isMark(Key key, State state) {
    return key.isSystem() && state.siblings().context().size() == 1;
  }

  /** Measures again, on another thread. To be called every second or so. */
  public void check() {
    io.execute(
        () -> {
          try {
            note(disk.freeBytes());
          } catch (IOException e) {
            LOG.warn("free disk space cannot be read: {}", e.toString());
          }
        });
  }

  private void note(long free) {
    freeBytes = free;
    boolean now = free < reserveBytes;
    if (now && !below) {
      LOG.error("{} bytes free < reserve of {}: writes are refused", free, reserveBytes);
    } else if (!now && below) {
      LOG.info("{} bytes free: writes are taken again", free);
    }
    below = now;
  }
}
