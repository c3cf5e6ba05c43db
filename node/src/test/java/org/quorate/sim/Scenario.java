package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.quorate.coordinator.Coordinator;
import org.quorate.coordinator.ReadResult;
import org.quorate.coordinator.WriteResult;
import org.quorate.replica.Layout;
import org.quorate.replica.Write;
import org.quorate.ring.Assignment;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.version.CausalContext;
import org.quorate.version.Key;

/** A cluster of five with three owners a key, in which a test does one thing after the other. */
final class Scenario {
  static final int KEYS = 300;
  static final int N = 3;

  final SimCluster cluster;

  Scenario() {
    this(true, 1000);
  }

  /**
   * @param hints whether nodes keep them
   * @param compareMillis between comparisons of co-owners
   */
  Scenario(boolean hints, int compareMillis) {
    Quiet.logs();
    Profile profile =
        new Profile(5, N, 16, 1, 0, 4096, hints, compareMillis, List.of(), 0, 0, Set.of(), 0, 0);
    cluster =
        new SimCluster(
            profile,
            new SplittableRandom(1),
            e -> {
              throw new AssertionError(e);
            });
    cluster.isCalm();
    until(cluster::isCalm);
  }

  void until(BooleanSupplier condition) {
    long end = cluster.time.nanos() + 180 * SimTime.SECOND;
    while (!condition.getAsBoolean()) {
      assertTrue(cluster.time.nanos() < end, "not so in three minutes");
      run(50);
    }
  }

  void run(long millis) {
    cluster.time.runUntil(cluster.time.nanos() + millis * SimTime.MILLI);
  }

  static Key key(int i) {
    return Key.of("b", "k" + i);
  }

  List<String> owners(Key key) {
    return cluster.owners(key);
  }

  /** Holds what is sent from the one to the other. */
  void cut(String from, String to) {
    cluster.network.path(from, to).cuts++;
  }

  /** Loses all frames that are sent from the one to the other. */
  void lose(String from, String to) {
    cluster.network.path(from, to).loss = 1;
  }

  void mend() {
    cluster.network.paths().forEach(SimNetwork.Path::mend);
  }

  void mend(String from, String to) {
    cluster.network.path(from, to).mend();
  }

  Assignment assignment(Key key) {
    return cluster.state().assignment(partition(key));
  }

  SimMachine machine(String name) {
    return cluster.machines.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  /** Writes all keys, at one node. */
  void putAll() {
    for (int i = 0; i < KEYS; i++) {
      put(machine("n1"), key(i), 2, false);
    }
    run(3000);
  }

  int partition(Key key) {
    return Layout.partition(cluster.state(), key);
  }

  /** A key whose partition is on its way to other owners. */
  Key moving(Predicate<Key> which) {
    return moving(cluster.state(), which);
  }

  /** The same under a state that may be to come. */
  static Key moving(ClusterState state, Predicate<Key> which) {
    return IntStream.range(0, KEYS)
        .mapToObj(Scenario::key)
        .filter(key -> state.assignment(Layout.partition(state, key)).isMoving())
        .filter(which)
        .findFirst()
        .orElseThrow();
  }

  /** The owners to come. */
  static List<String> next(Assignment assignment) {
    return assignment.next().stream().limit(N).map(Member::name).toList();
  }

  /** Whether the node may have forgotten something of the key's partition. */
  boolean refills(SimMachine machine, Key key) {
    return machine.ready() == null || machine.ready().repair().refilling().contains(partition(key));
  }

  /** The nodes that hold something of the key, its owners first. */
  List<String> holders(Key key) {
    return holdings(key).stream()
        .filter(holding -> holding.reading() != null && holding.reading().digest() != 0)
        .map(Coordinator.Holding::node)
        .toList();
  }

  /** Asks, and goes on for a while. */
  <T> Future<T> ask(
      SimMachine at, Key key, Function<Coordinator, Future<T>> question, long millis) {
    Coordinator coordinator = at.ready().coordinator(key);
    List<Future<T>> answer = new ArrayList<>();
    coordinator.loop().execute(() -> answer.add(question.apply(coordinator)));
    run(millis);
    return answer.get(0);
  }

  static Coordinator.Terms terms(int quorum, boolean sloppy) {
    return terms(N, quorum, sloppy);
  }

  static Coordinator.Terms terms(int n, int quorum, boolean sloppy) {
    return new Coordinator.Terms(n, quorum, sloppy, SimTime.SECOND, Span.getInvalid());
  }

  Future<WriteResult> put(SimMachine at, Key key, int w, boolean sloppy) {
    Write write = new Write(null, false, List.of(), new byte[] {1});
    return ask(at, key, coordinator -> coordinator.write(key, write, terms(w, sloppy)), 1);
  }

  /** A blind write to a majority of so many owners. */
  Future<WriteResult> put(SimMachine at, Key key, int n) {
    Write write = new Write(null, false, List.of(), new byte[] {1});
    return ask(at, key, c -> c.write(key, write, terms(n, n / 2 + 1, false)), 1);
  }

  /** A read by a majority of so many owners. */
  Future<ReadResult> readMajority(SimMachine at, Key key, int n) {
    return ask(at, key, c -> c.read(key, terms(n, n / 2 + 1, false)), 20);
  }

  /** Deletes what is there. */
  Future<WriteResult> delete(SimMachine at, Key key, int w) {
    Write write = new Write(null, true, List.of(), new byte[0]);
    return ask(at, key, coordinator -> coordinator.write(key, write, terms(w, false)), 1);
  }

  Future<ReadResult> read(SimMachine at, Key key, int r) {
    return ask(at, key, coordinator -> coordinator.read(key, terms(r, false)), 10);
  }

  /** Writes a key with a context. */
  Future<WriteResult> put(SimMachine at, Key key, CausalContext seen) {
    Write write = new Write(seen, false, List.of(), new byte[] {2});
    return ask(at, key, coordinator -> coordinator.write(key, write, terms(2, false)), 1);
  }

  /** Whether the read found a value. */
  static boolean hasValue(Future<ReadResult> read) {
    return read.succeeded()
        && read.result().state().siblings().versions().stream().anyMatch(v -> !v.deleted());
  }

  static int values(ReadResult read) {
    return (int) read.state().siblings().versions().stream().filter(v -> !v.deleted()).count();
  }

  /** What all nodes hold of the key, the key's owners first; none if a node does not tell. */
  List<Coordinator.Holding> holdings(Key key) {
    return ask(
            cluster.machines.get(0),
            key,
            c -> c.holdings(key, cluster.machines.size(), SimTime.SECOND),
            1500)
        .result();
  }

  /** All nodes run, know all keys of theirs, and nothing is under way. */
  boolean isWhole() {
    return cluster.isCalm()
        && cluster.nodes().allMatch(node -> node.repair().refilling().isEmpty());
  }

  boolean isReaped() {
    return waitingTombstones() == 0;
  }

  int waitingTombstones() {
    return cluster.nodes().mapToInt(node -> node.repair().waitingTombstones()).sum();
  }
}
