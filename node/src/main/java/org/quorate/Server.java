package org.quorate;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.quorate.http.HttpApi;
import org.quorate.membership.VertxDatagrams;
import org.quorate.peer.VertxTransport;
import org.quorate.ring.ClusterState;
import org.quorate.runtime.Clock;
import org.quorate.runtime.Loop;
import org.quorate.runtime.Randomness;
import org.quorate.runtime.VertxLoop;
import org.quorate.storage.ChronicleDirectory;
import org.quorate.storage.DataDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node with real ports and its HTTP side. */
public final class Server {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final long LEAVE_MILLIS = 2000;

  /** Containers that start again may swap addresses, whatever time to live their names have. */
  private static final int RESOLVED_SECONDS = 1;

  private static final long FINISH_MILLIS = 10_000;

  /** For a stop, beyond the drain's delay: the two above, and to write everything out. */
  private static final int STOP_SECONDS = 20;

  /** One event loop of Vert.x with what is made on it. */
  private record Lane(VertxLoop loop, VertxTransport transport, VertxDatagrams datagrams) {}

  /** The HTTP side of an event loop. */
  private record Door(VertxLoop loop, HttpApi api) {}

  private final NodeConfig config;
  private final DataDirectory data;
  private final Vertx vertx;
  private final ExecutorService writer;
  private final ExecutorService readers;
  private final ExecutorService background;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final List<Door> doors = new ArrayList<>();
  private final LoopLag lag = new LoopLag(registry);
  private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
  private final Telemetry telemetry;
  private final Promise<Void> listening = Promise.promise();
  private final Promise<Void> stopped = Promise.promise();

  private Server(NodeConfig config, DataDirectory data) {
    this.telemetry = Telemetry.of(config, System.getenv());
    this.config = config;
    this.data = data;
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(config.loops())
                .setPreferNativeTransport(true)
                .setAddressResolverOptions(
                    new AddressResolverOptions().setCacheMaxTimeToLive(RESOLVED_SECONDS))
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false))
                .setBlockedThreadCheckInterval(5)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS));
    this.writer = Executors.newSingleThreadExecutor(threads("log-writer"));
    this.readers = Executors.newFixedThreadPool(2, threads("log-reader"));
    this.background = Executors.newFixedThreadPool(2, threads("background"));
  }

  private ThreadFactory threads(String purpose) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread =
          new Thread(task, config.name() + "-" + purpose + "-" + number.getAndIncrement());
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((t, e) -> halt(e));
      return thread;
    };
  }

  /**
   * A node that serves requests.
   *
   * @param http where clients reach it
   * @param peer where it listens for other nodes
   */
  public record Running(Server server, NodeService service, String http, String peer) {
    /** Drains and closes everything, unless that has begun. */
    public void stop() {
      service.drain();
    }

    /** Completes when everything is closed and the data directory is free again. */
    public Future<Void> stopped() {
      return server.stopped.future();
    }
  }

  /** Starts a node; completes when it serves requests. The data directory is locked already. */
  public static Future<Running> start(NodeConfig config, DataDirectory data) {
    try {
      Server server = new Server(config, data);
      return server.lanes().compose(server::start);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private Future<List<Lane>> lanes() {
    List<Future<Lane>> lanes = new ArrayList<>();
    for (int i = 0; i < config.loops(); i++) {
      Promise<Lane> made = Promise.promise();
      lanes.add(made.future());
      vertx
          .deployVerticle(
              new VerticleBase() {
                @Override
                public Future<?> start() {
                  made.complete(lane(context));
                  return Future.succeededFuture();
                }
              })
          .onFailure(made::tryFail);
    }
    return Future.all(lanes).map(all -> all.<Lane>list());
  }

  private Lane lane(Context context) {
    VertxLoop loop = new VertxLoop(vertx, context, Clock.SYSTEM, Server::halt);
    return new Lane(loop, new VertxTransport(vertx), new VertxDatagrams(vertx));
  }

  private Future<Running> start(List<Lane> lanes) {
    Promise<Running> running = Promise.promise();
    background.execute(
        () -> {
          try {
            Entrance.pass(config, data.logDisk(), lanes.get(0).transport(), lanes.get(0).loop())
                .onSuccess(passed -> background.execute(() -> open(lanes, running)))
                .onFailure(running::fail);
          } catch (IOException | RuntimeException e) {
            running.fail(e);
          }
        });
    return running.future();
  }

  private void open(List<Lane> lanes, Promise<Running> running) {
    try {
      ChronicleDirectory directory =
          directory(remembered(data).orElseThrow().ring().slots(), lanes.size());
      Node.start(config, ports(lanes, directory))
          .compose(node -> serve(node, lanes))
          .onSuccess(ready -> background.execute(directory::openMaps))
          .onComplete(running);
    } catch (IOException | RuntimeException e) {
      running.fail(e);
    }
  }

  /** The cluster's state as remembered from an earlier start, which counts more than options. */
  static Optional<ClusterState> remembered(DataDirectory data) throws IOException {
    return Entrance.remembered(data.logDisk());
  }

  private ChronicleDirectory directory(int slots, int loops) throws IOException {
    ChronicleDirectory directory =
        new ChronicleDirectory(data.keyDirectory(), slots, loops, background);
    Gauge.builder("quorate.directory.keys", directory, ChronicleDirectory::keys).register(registry);
    Gauge.builder("quorate.directory.bytes", directory, ChronicleDirectory::sizeBytes)
        .register(registry);
    return directory;
  }

  private Ports ports(List<Lane> lanes, ChronicleDirectory directory) throws IOException {
    return new Ports(
        Clock.SYSTEM,
        Randomness.secure(),
        lanes.stream().map(lane -> new Ports.Lane(lane.loop(), lane.transport())).toList(),
        lanes.get(0).datagrams(),
        data.logDisk(),
        directory,
        writer,
        readers,
        background,
        registry,
        telemetry.tracing(),
        Server::halt);
  }

  private Future<Running> serve(Node node, List<Lane> lanes) {
    Gauge.builder("quorate.log.bytes", node.log(), log -> log.sizeBytes()).register(registry);
    Gauge.builder("quorate.log.segments", node.log(), log -> log.segmentCount()).register(registry);
    Gauge.builder("quorate.clock.wall.seconds", () -> Clock.SYSTEM.wallMillis() / 1e3)
        .description("What the node takes for the time, since 1970")
        .register(registry);
    NodeService service = new NodeService(node, registry, background, () -> stop(node));
    node.participation().onLeft(service::drain);
    HostPort http = HostPort.parse(config.http());
    List<Future<Integer>> bound = new ArrayList<>();
    for (int i = 0; i < lanes.size(); i++) {
      int index = i;
      Lane lane = lanes.get(i);
      Promise<Integer> port = Promise.promise();
      lane.loop()
          .execute(
              () -> {
                lag.watch(lane.loop(), index);
                HttpApi api =
                    new HttpApi(
                        vertx,
                        service,
                        lane.loop(),
                        index,
                        lanes.size(),
                        Clock.SYSTEM,
                        registry,
                        telemetry.tracing());
                synchronized (doors) {
                  doors.add(new Door(lane.loop(), api));
                }
                api.listen(http.host(), http.port()).onComplete(port);
              });
      bound.add(port.future());
    }
    return Future.all(bound)
        .onComplete(all -> listening.complete())
        .map(
            ports -> {
              String address = http.host() + ":" + ports.<Integer>resultAt(0);
              LOG.info("node {} serves {}", config.name(), address);
              background.execute(this::watchJvm);
              return new Running(this, service, address, node.peerAddress());
            });
  }

  /** After the start, because it loads classes for a tenth of a second. */
  private void watchJvm() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gcMetrics.bindTo(registry);
  }

  private void stop(Node node) {
    LOG.info("node {} drains", config.name());
    long seconds = STOP_SECONDS + config.drainDelay().toSeconds();
    CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS)
        .execute(
            () -> {
              if (stopped.tryFail("it took too long")) {
                LOG.error("node {} has not stopped in {} s", config.name(), seconds);
              }
            });
    listening
        .future()
        .compose(bound -> Future.join(node.drain(), noticed()))
        .transform(any -> closed())
        .transform(any -> node.stop())
        .eventually(vertx::close)
        .eventually(this::release)
        .onComplete(
            done -> {
              if (done.succeeded()) {
                LOG.info("node {} has stopped", config.name());
                stopped.tryComplete();
              } else {
                LOG.error("node {} has not stopped in good order", config.name(), done.cause());
                stopped.tryFail(done.cause());
              }
            });
  }

  private List<Door> doors() {
    synchronized (doors) {
      return List.copyOf(doors);
    }
  }

  private Future<Void> noticed() {
    Loop loop = doors().get(0).loop();
    return Tasks.onLoop(
        loop,
        () -> {
          Promise<Void> noticed = Promise.promise();
          loop.after(config.drainDelay().toMillis(), noticed::complete);
          return noticed.future();
        });
  }

  private Future<Void> closed() {
    return Future.join(
            doors().stream()
                .map(
                    door ->
                        Tasks.onLoop(
                            door.loop(), () -> door.api().drain(LEAVE_MILLIS, FINISH_MILLIS)))
                .toList())
        .mapEmpty();
  }

  private Future<Void> release() {
    writer.shutdown();
    readers.shutdown();
    background.shutdown();
    gcMetrics.close();
    try {
      data.close();
      return Future.succeededFuture();
    } catch (IOException e) {
      return Future.failedFuture(e);
    } finally {
      telemetry.close();
    }
  }

  /** What a node does about a failure that it must not survive. */
  private static void halt(Throwable e) {
    LOG.error("fatal, the node stops at once", e);
    Runtime.getRuntime().halt(70);
  }
}
