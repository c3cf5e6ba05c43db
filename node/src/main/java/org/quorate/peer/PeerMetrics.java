package org.quorate.peer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import org.quorate.runtime.Buckets;

/** What is counted of one peer. */
final class PeerMetrics {
  private final Timer roundTrip;

  PeerMetrics(MeterRegistry registry, String peer) {
    roundTrip =
        Timer.builder("quorate.peer.roundtrip")
            .description("Time from a request to a peer to its answer, or until it was given up")
            .tag("peer", peer)
            .serviceLevelObjectives(Buckets.latency())
            .register(registry);
  }

  void ended(long nanos) {
    roundTrip.record(nanos, TimeUnit.NANOSECONDS);
  }
}
