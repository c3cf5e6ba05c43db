package org.quorate.membership;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import org.quorate.gossip.State;
import org.quorate.gossip.Stats;

/** What is counted of membership. */
final class MembershipMetrics {
  private static final String DROPPED = "DROPPED_";

  private MembershipMetrics() {}

  static void register(Membership membership, Stats stats, MeterRegistry registry) {
    for (State state : State.values()) {
      Gauge.builder("quorate.members", membership, m -> m.count(state))
          .description("Members by what this node believes of them")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    Gauge.builder("quorate.gossip.doubts", membership, Membership::doubts)
        .description("How far this node doubts its own health: 0 for not at all, to 7")
        .register(registry);
    Gauge.builder("quorate.gossip.rumours", membership, Membership::rumours)
        .description("Fresh rumours that are still being told")
        .register(registry);
    for (Stats.Event event : Stats.Event.values()) {
      boolean isDrop = event.name().startsWith(DROPPED);
      String what = isDrop ? event.name().substring(DROPPED.length()) : event.name();
      FunctionCounter.builder(
              isDrop ? "quorate.gossip.dropped" : "quorate.gossip.events", stats, s -> s.of(event))
          .description(
              isDrop ? "Datagrams dropped, by reason" : "What this node did to know who lives")
          .tag(isDrop ? "reason" : "event", what.toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }
}
