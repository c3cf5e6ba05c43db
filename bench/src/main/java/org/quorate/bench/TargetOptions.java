package org.quorate.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Dialect;
import org.quorate.bench.drive.Etcd;
import org.quorate.bench.drive.Quorate;
import org.quorate.bench.drive.Quorums;
import org.quorate.bench.drive.Target;
import org.quorate.bench.work.Numbers;
import picocli.CommandLine.Option;

/** Whom to load, and how to speak to them. */
final class TargetOptions {
  /** What the store adds to its own time-out of 2 s, at most, before an answer is given up on. */
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);

  /** How a node is chosen for an operation. */
  enum Routing {
    ROUND_ROBIN,
    OWNER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Which store it is. */
  enum Api {
    QUORATE,
    ETCD;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = {"-t", "--targets"},
      paramLabel = "URL[,URL…]",
      converter = Convert.ToTargets.class,
      description = "Nodes to load. Default: http://127.0.0.1:8080.")
  List<Target> targets = Target.parseList("http://127.0.0.1:8080");

  @Option(
      names = "--route",
      paramLabel = "HOW",
      description =
          "round-robin: each connection in its turn; owner: to an owner of the key, by the ring."
              + " Default: round-robin.")
  Routing route = Routing.ROUND_ROBIN;

  @Option(
      names = "--api",
      paramLabel = "STORE",
      description = "quorate, or etcd (its JSON gateway) to compare with. Default: quorate.")
  Api api = Api.QUORATE;

  @Option(names = "--bucket", paramLabel = "NAME", description = "Default: bench.")
  String bucket = "bench";

  @Option(
      names = "--r",
      paramLabel = "R",
      converter = Convert.ToReplicas.class,
      description = "Replicas that answer a read: 1…N, one, quorum, all. Default: the bucket's.")
  @Nullable String r;

  @Option(
      names = "--w",
      paramLabel = "W",
      converter = Convert.ToReplicas.class,
      description = "Replicas that acknowledge a write. Default: the bucket's.")
  @Nullable String w;

  @Option(
      names = "--n",
      paramLabel = "N",
      description = "Sets the bucket's replicas before anything else. Default: as they are.")
  int n;

  @Option(names = "--sloppy", description = "Let stand-ins count.")
  boolean isSloppy;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = Convert.ToDuration.class,
      description = "For the store to answer, 1ms to 60s. Default: the store's, 2s.")
  @Nullable Duration timeout;

  /**
   * @throws IllegalArgumentException naming the option that is out of range
   */
  void check() {
    if (n < 0 || n > 99) {
      throw new IllegalArgumentException("--n '" + n + "' is not 1 to 99");
    }
    if (timeout != null && (timeout.toMillis() < 1 || timeout.toSeconds() > 60)) {
      throw new IllegalArgumentException(
          "--timeout '" + Numbers.text(timeout) + "' is not 1ms to 60s");
    }
  }

  Quorums quorums() {
    return new Quorums(r, w, isSloppy, timeout == null ? null : Numbers.text(timeout));
  }

  Dialect dialect(Quorums quorums) {
    return switch (api) {
      case QUORATE -> new Quorate(bucket, quorums);
      case ETCD -> new Etcd();
    };
  }

  /** How long an answer is waited for, nanoseconds. */
  long patienceNanos() {
    return (timeout == null ? STORE_TIMEOUT : timeout).plus(MARGIN).toNanos();
  }
}
