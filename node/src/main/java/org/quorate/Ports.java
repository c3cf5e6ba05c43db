package org.quorate;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.quorate.membership.Datagrams;
import org.quorate.peer.Transport;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Randomness;
import org.quorate.runtime.Tracing;
import org.quorate.storage.Disk;
import org.quorate.storage.KeyDirectory;

/**
 * All that a node has of the world, so that a simulation can give it another.
 *
 * @param lanes its event loops with the network as each sees it
 * @param datagrams used on the first lane's loop
 * @param writer runs the log's writes, one at a time and in order
 * @param readers runs the log's reads
 * @param background runs what may take long and is not waited for
 * @param fatal told of a failure after which the node must stop at once
 */
public record Ports(
    Clock clock,
    Randomness random,
    List<Lane> lanes,
    Datagrams datagrams,
    Disk disk,
    KeyDirectory directory,
    Executor writer,
    Executor readers,
    Executor background,
    MeterRegistry registry,
    Tracing tracing,
    Consumer<Throwable> fatal) {
  /** One event loop and the network from there. */
  public record Lane(Loop loop, Transport transport) {}
}
