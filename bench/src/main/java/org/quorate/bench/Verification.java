package org.quorate.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Operation;
import org.quorate.bench.drive.Plan;
import org.quorate.bench.drive.Route;
import org.quorate.bench.drive.Runner.UnreachableException;
import org.quorate.bench.drive.Source;
import org.quorate.bench.report.Report;
import org.quorate.bench.runtime.Clock;
import org.quorate.bench.verify.Claims;
import org.quorate.bench.verify.Finding;
import org.quorate.bench.verify.Ledger;
import org.quorate.bench.work.KeySpace;
import org.quorate.bench.work.Payload;
import org.quorate.bench.work.Workload;

/** The ledger of a run, and the reading back at its end. */
final class Verification {
  private static final long QUIET_MILLIS = 3000;

  private static final long AGAIN_MILLIS = 500;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Benchmark benchmark;
  private final KeySpace keys;
  private final Ledger ledger;
  private final String claims;
  private final AtomicLong readBack = new AtomicLong();

  /**
   * @throws IllegalArgumentException if the workload cannot be verified
   */
  Verification(Benchmark benchmark, Workload work) {
    if (benchmark.target.api != TargetOptions.Api.QUORATE) {
      throw new IllegalArgumentException("--verify: only of --api quorate");
    }
    if (work.sizes().least() < Payload.HEADER_BYTES) {
      throw new IllegalArgumentException(
          "--verify needs values of "
              + Payload.HEADER_BYTES
              + " bytes or more: --value-size '"
              + work.sizes()
              + "'");
    }
    this.benchmark = benchmark;
    this.keys =
        new KeySpace(
            Integer.toHexString(benchmark.payload().run()) + "-" + Benchmark.KEY_PREFIX,
            work.keyCount());
    int n = benchmark.cluster.n();
    int r = benchmark.cluster.replicas(benchmark.target.r, "r");
    int w = benchmark.cluster.replicas(benchmark.target.w, "w");
    Claims claimed = Claims.of(n, r, w, benchmark.target.isSloppy);
    this.claims =
        "n="
            + n
            + ", r="
            + r
            + ", w="
            + w
            + (benchmark.target.isSloppy ? ", sloppy" : "")
            + (claimed.current() ? "; reads are fresh" : "; reads may be stale")
            + (claimed.monotonic() ? " and never go back" : " and may go back");
    this.ledger =
        new Ledger(
            benchmark.payload().run(),
            Clock.SYSTEM.nanos(),
            2 * benchmark.target.patienceNanos(),
            claimed);
  }

  /** The run's own keys. */
  KeySpace keys() {
    return keys;
  }

  Ledger ledger() {
    return ledger;
  }

  /** Lets the store come to rest, then reads all keys at r=all and judges them. */
  void readBack() throws InterruptedException {
    long give = Clock.SYSTEM.nanos() + PATIENCE_NANOS;
    TimeUnit.MILLISECONDS.sleep(QUIET_MILLIS);
    List<Long> open = ledger.keys();
    while (!open.isEmpty() && !benchmark.isStopped()) {
      boolean isLast = Clock.SYSTEM.nanos() > give;
      open = readBack(open, benchmark.target.isSloppy && !isLast);
      if (isLast) {
        break;
      }
      if (!open.isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
      }
    }
  }

  /**
   * Returns those that could not be read.
   *
   * @param isPatient whether to read those again that show anything wrong: stand-ins of a sloppy
   *     quorum have to hand back what they took before its owners can be asked for it
   */
  private List<Long> readBack(List<Long> open, boolean isPatient) {
    Queue<Long> failed = new ConcurrentLinkedQueue<>();
    AtomicInteger turn = new AtomicInteger();
    Plan.Progress judge =
        new Plan.Progress() {
          @Override
          public void read(
              Operation operation, long began, long ended, byte @Nullable [][] values) {
            long key = operation.key();
            if (values != null && ledger.readLast(key, began, ended, List.of(values), isPatient)) {
              readBack.incrementAndGet();
            } else {
              failed.add(key);
            }
          }
        };
    Plan plan =
        new Plan(
            Route.roundRobin(benchmark.target.targets),
            benchmark.target.dialect(benchmark.target.quorums().withR("all")),
            keys,
            benchmark.payload(),
            null,
            loop -> Source.readBack(open, turn),
            0,
            Plan.NEVER,
            benchmark.connections.connections,
            1,
            benchmark.target.patienceNanos(),
            true,
            null,
            judge);
    try {
      benchmark.runner().run(plan);
    } catch (UnreachableException e) {
      return open;
    }
    return failed.stream().sorted().toList();
  }

  Report.Consistency result() {
    Map<String, Long> findings = new LinkedHashMap<>();
    for (Finding finding : Finding.values()) {
      findings.put(finding.label(), ledger.findings().count(finding));
    }
    return new Report.Consistency(
        claims,
        ledger.writes(),
        ledger.unknown(),
        ledger.reads(),
        readBack.get(),
        ledger.keys().size() - readBack.get(),
        findings,
        ledger.findings().examples());
  }
}
