package org.quorate;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.quorate.membership.Joining;
import org.quorate.membership.StateCodec;
import org.quorate.peer.JoinRequest;
import org.quorate.peer.Transport;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;
import org.quorate.runtime.Listen;
import org.quorate.runtime.Loop;
import org.quorate.storage.CheckedFile;
import org.quorate.storage.Disk;
import org.quorate.storage.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node comes by the state of the cluster that it begins with: its disk remembers one, else it
 * is one of the first members, else it asks to be let in.
 */
public final class Entrance {
  private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);
  private static final String FILE = "cluster";
  private static final long AGAIN_MILLIS = 500;

  private final NodeConfig config;
  private final Disk disk;
  private final Transport transport;
  private final Loop loop;
  private final boolean forgotVotes;
  private final List<String> seeds;
  private final Promise<Void> known = Promise.promise();
  private String told = "";

  private Entrance(
      NodeConfig config,
      Disk disk,
      Transport transport,
      Loop loop,
      boolean forgotVotes,
      List<String> seeds) {
    this.forgotVotes = forgotVotes;
    this.seeds = seeds;
    this.config = config;
    this.disk = disk;
    this.transport = transport;
    this.loop = loop;
  }

  /**
   * Completes when the disk remembers a state in which this node takes part. Fails with {@link
   * NotLetInException} if no member will ever let it in.
   */
  public static Future<Void> pass(NodeConfig config, Disk disk, Transport transport, Loop loop)
      throws IOException {
    boolean forgotVotes = disk.read(Identity.FILE).isPresent();
    try {
      if (memory(disk).isPresent()) {
        return Future.succeededFuture();
      }
    } catch (CheckedFile.Damaged e) {
      LOG.error("{}: this node asks the others, and votes when it knows more", e);
      forgotVotes = true;
    }
    List<String> others =
        config.members().stream()
            .map(Member::peer)
            .filter(peer -> !peer.equals(config.advertise()))
            .toList();
    boolean asks = forgotVotes && !others.isEmpty(); // The log may be of a later state.
    if (!config.members().isEmpty() && !asks) {
      remember(
          disk, ClusterState.first(config.members(), config.partitions(), config.n()), forgotVotes);
      return Future.succeededFuture();
    }
    List<String> seeds = asks ? others : config.join();
    Entrance entrance = new Entrance(config, disk, transport, loop, forgotVotes, seeds);
    loop.execute(() -> entrance.ask(0));
    return entrance.known.future();
  }

  private static void remember(Disk disk, ClusterState state, boolean forgotVotes)
      throws IOException {
    write(disk, StateCodec.memoryOf(state, forgotVotes));
  }

  /** What the chain remembers is replaced. Blocks. */
  static void write(Disk disk, String memory) throws IOException {
    CheckedFile.write(disk, FILE, memory);
  }

  /** What the chain remembers. Blocks. */
  static Optional<String> memory(Disk disk) throws IOException {
    return CheckedFile.read(disk, FILE);
  }

  /** The state that a disk remembers from an earlier start. */
  static Optional<ClusterState> remembered(Disk disk) throws IOException {
    return memory(disk).map(StateCodec::stateOf);
  }

  private void ask(int attempt) {
    String seed = seeds.get(attempt % seeds.size());
    Member self = new Member(config.name(), config.advertise(), config.zone());
    Listen.to(
        JoinRequest.send(
                transport, loop, seed, Joining.request(config.cluster(), self, forgotVotes))
            .map(Joining::answer),
        loop,
        answer -> answered(seed, attempt, answer),
        e -> later(attempt, seed + " cannot be asked: " + e.getMessage()));
  }

  private void answered(String seed, int attempt, Joining.Answer answer) {
    ClusterState state = answer.state();
    if (state == null) {
      if (answer.mayAskAgain()) {
        later(attempt, seed + " says: " + answer.refusal());
      } else {
        known.tryFail(new NotLetInException(seed + " refuses this node: " + answer.refusal()));
      }
      return;
    }
    int n = state.copies();
    if (config.r().applyAsInt(n) > n || config.w().applyAsInt(n) > n) {
      known.tryFail(
          new NotLetInException(
              "this node's --r or --w is more than the cluster's n=" + n + "; it may start again"));
      return;
    }
    try {
      remember(disk, state, forgotVotes);
      known.tryComplete();
    } catch (IOException e) {
      known.tryFail(e);
    }
  }

  private void later(int attempt, String why) {
    if (!why.equals(told)) {
      LOG.info("not let in yet: {}", why);
      told = why;
    }
    loop.after(AGAIN_MILLIS, () -> ask(attempt + 1));
  }
}
