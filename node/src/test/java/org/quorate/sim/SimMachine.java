package org.quorate.sim;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.quorate.Entrance;
import org.quorate.Node;
import org.quorate.NodeConfig;
import org.quorate.NotLetInException;
import org.quorate.Ports;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Tracing;
import org.quorate.storage.Identity;
import org.quorate.testing.SimDisk;

/** What outlives a node's process: its disk, its wall clock, and how fast things are there. */
final class SimMachine {
  private static final long EPOCH_MILLIS = 1_700_000_000_000L;

  /** A disk as it was at some stop, with the key directory on it. */
  private record Copy(SimDisk disk, SimDirectory directory) {}

  final NodeConfig config;
  private final SimTime time;
  private final SimNetwork network;
  private final SplittableRandom random;
  private final Consumer<Throwable> violated;
  private SimDisk disk = new SimDisk();
  private SimDirectory directory;
  private @Nullable Copy copy;
  private @Nullable SimProcess process;
  private @Nullable Node node;
  private boolean ready;
  private boolean isRetired;
  private int operationsToPowerCut = -1;
  private boolean syncsFail;
  int requests;

  /** It is not to be started yet. */
  boolean isHeld;

  long taskNanos = 2_000;
  long syncNanos = 200_000;
  long wallSkewMillis;

  SimMachine(
      NodeConfig config,
      SimTime time,
      SimNetwork network,
      SplittableRandom random,
      Consumer<Throwable> violated) {
    this.config = config;
    this.time = time;
    this.network = network;
    this.random = random;
    this.violated = violated;
    this.directory = new SimDirectory(config.loops());
  }

  String name() {
    return config.name();
  }

  /** The node if it takes requests, else null. */
  @Nullable Node ready() {
    return ready ? node : null;
  }

  @Nullable SimProcess process() {
    return process;
  }

  boolean isRunning() {
    return process != null;
  }

  void start() {
    if (process != null || isRetired || isHeld) {
      return;
    }
    SimProcess life = new SimProcess(time, this::broken);
    process = life;
    Ports ports = ports(life);
    life.after(0, () -> enter(life, ports));
  }

  private void enter(SimProcess life, Ports ports) {
    Ports.Lane first = ports.lanes().get(0);
    Future<Void> passed;
    try {
      passed = Entrance.pass(config, ports.disk(), first.transport(), first.loop());
    } catch (IOException e) {
      broken(e);
      return;
    }
    passed
        .compose(known -> Node.start(config, ports))
        .onComplete(
            started -> {
              if (life.isAlive()) {
                node = started;
                ready = true;
                started.participation().onLeft(() -> time.after(0, () -> left(life)));
              }
            },
            e -> time.after(0, () -> notStarted(life, e)));
  }

  private void notStarted(SimProcess life, Throwable e) {
    if (life.isAlive()) {
      if (e instanceof NotLetInException) {
        retire();
      } else {
        broken(e);
      }
    }
  }

  /** The cluster's state does without this node: it stops, for good. */
  private void left(SimProcess life) {
    if (life.isAlive()) {
      isRetired = true;
      stop().onFailure(e -> kill());
    }
  }

  /** The machine is never used again. */
  void retire() {
    isRetired = true;
    powerCut();
  }

  boolean isRetired() {
    return isRetired;
  }

  private Ports ports(SimProcess life) {
    List<Ports.Lane> lanes = new ArrayList<>();
    for (int i = 0; i < config.loops(); i++) {
      lanes.add(new Ports.Lane(life.loop(() -> taskNanos), network.transport(config.name(), life)));
    }
    SplittableRandom bits = random.split();
    return new Ports(
        clock(),
        bits::nextLong,
        lanes,
        network.datagrams(config.name(), life),
        new SimMount(disk, () -> beforeOperation(life)),
        directory,
        life.threads(1, this::diskNanos),
        life.threads(2, this::diskNanos),
        life.threads(2, this::diskNanos),
        new CompositeMeterRegistry(),
        Tracing.OFF,
        e -> fatal(life, e));
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public long nanos() {
        return time.nanos();
      }

      @Override
      public long wallMillis() {
        return EPOCH_MILLIS + time.nanos() / SimTime.MILLI + wallSkewMillis;
      }
    };
  }

  private long diskNanos() {
    return syncNanos / 2 + random.nextLong(syncNanos);
  }

  private void beforeOperation(SimProcess life) {
    life.requireAlive();
    if (operationsToPowerCut > 0 && --operationsToPowerCut == 0) {
      powerCut();
      life.requireAlive();
    }
  }

  /** A node halts on a failed sync; on anything else only if it is wrong. */
  private void fatal(SimProcess life, Throwable e) {
    life.requireAlive();
    if (!syncsFail) {
      violated.accept(e);
    }
    kill();
    life.requireAlive();
  }

  /** A task threw, or a start failed: neither may happen but for a failing disk. */
  private void broken(Throwable e) {
    if (e instanceof Error || !(syncsFail || isFull())) {
      violated.accept(e);
    }
    kill();
  }

  private boolean isFull() {
    return disk.freeBytes() < Long.MAX_VALUE;
  }

  /** As by SIGKILL: what was written stays. */
  void kill() {
    end(false);
  }

  /** What was not synced is lost or torn, and nobody is told. */
  void powerCut() {
    if (end(true)) {
      disk.crash(random);
      directory = new SimDirectory(config.loops());
    }
  }

  /** The power goes at one of the next operations of the disk. */
  void powerCutSoon() {
    operationsToPowerCut = 1 + random.nextInt(24);
  }

  /** Everything works as it should again. */
  void mend() {
    failSyncs(false);
    disk.freeBytes(Long.MAX_VALUE);
    syncNanos = 200_000;
    taskNanos = 2_000;
    operationsToPowerCut = -1;
  }

  private boolean end(boolean silent) {
    SimProcess life = process;
    if (life == null) {
      return false;
    }
    life.end();
    network.ended(life, silent);
    process = null;
    node = null;
    ready = false;
    operationsToPowerCut = -1;
    requests = 0;
    return true;
  }

  /** Stops in good order, as SIGTERM makes it; completes when the process is gone. */
  Future<Void> stop() {
    Promise<Void> stopped = Promise.promise();
    Node running = ready();
    SimProcess life = process;
    if (running == null || life == null) {
      return Future.failedFuture("the node is not ready");
    }
    ready = false;
    drain(life, running, time.nanos() + 10 * SimTime.SECOND, stopped);
    return stopped.future();
  }

  private void drain(SimProcess life, Node running, long until, Promise<Void> stopped) {
    if (requests > 0 && time.nanos() < until) {
      life.after(10 * SimTime.MILLI, () -> drain(life, running, until, stopped));
      return;
    }
    running
        .stop()
        .onComplete(
            done -> {
              kill();
              copy = new Copy(disk.copy(), directory.copy());
              stopped.complete();
            },
            e -> time.after(0, () -> broken(e)));
  }

  /** The disk is new and empty. The process must be gone. */
  void wipe() {
    disk = new SimDisk();
    directory = new SimDirectory(config.loops());
  }

  /** Whether the node ever stopped in good order. */
  boolean hasCopy() {
    return copy != null;
  }

  /** The disk is as it was at the last stop in good order. The process must be gone. */
  void restore() {
    disk = copy.disk().copy();
    directory = copy.directory().copy();
  }

  /** Whether all these remember a later life of the node than this disk does. */
  boolean isKnownToBeOld(List<SimMachine> others) {
    Identity own = identity();
    return others.stream().noneMatch(other -> own.recalls(other.identity().lastOf(name())));
  }

  private Identity identity() {
    try {
      return Identity.open(new SimMount(disk, () -> {}), () -> 0, Runnable::run, e -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  SimDisk disk() {
    return disk;
  }

  void failSyncs(boolean fail) {
    syncsFail = fail;
    disk.failSyncs(fail);
  }

  void pause(long nanos) {
    if (process != null) {
      process.pause(nanos);
    }
  }

  /** The name of the segment that is written, or of another file. */
  String newestSegment() {
    return disk.list().stream()
        .filter(name -> name.startsWith("log-"))
        .max(String::compareTo)
        .orElse("");
  }
}
