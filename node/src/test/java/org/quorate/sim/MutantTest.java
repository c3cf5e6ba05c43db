package org.quorate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.quorate.sim.Mutant.Patch;

/**
 * The checkers are worth something: each of these mistakes is caught, by a scenario or by some
 * seeds.
 */
class MutantTest {
  private static final int MOST_SEEDS = 500;

  private static final List<Mutant> MUTANTS =
      List.of(
          new Mutant(
              "an fsync is skipped",
              List.of(new Patch("storage.Log", "segment.file.sync();", "segment.file.size();"))),
          new Mutant(
              "a read quorum of R-1",
              List.of(
                  new Patch(
                      "coordinator.QuorumRead",
                      "replies.acks() >= required)",
                      "replies.acks() >= Math.max(1, required - 1))"),
                  new Patch(
                      "coordinator.ReadOperation",
                      "quorum.replies().acks(),",
                      "Math.max(quorum.required(), quorum.replies().acks()),"))),
          new Mutant(
              "a reused dot: an old copy of the disk goes on as the same actor",
              List.of(
                  new Patch(
                      "storage.Identity", "if (!mayContinue || !confirmed)", "if (!mayContinue)"))),
          new Mutant(
              "last write wins",
              List.of(
                  new Patch(
                      "version.Siblings",
                      "return new Siblings(context.join(other.context), List.copyOf(merged));",
                      """
                      long newest =
                          merged.stream().mapToLong(Version::writtenMillis).max().orElse(0);
                      merged.removeIf(version -> version.writtenMillis() < newest);
                      return new Siblings(context.join(other.context), List.copyOf(merged));
                      """))),
          new Mutant(
              "read repair does not wait",
              List.of(
                  new Patch(
                      "coordinator.QuorumRead",
                      "phase = areEqual() ? Phase.DONE : Phase.REPAIRING;",
                      "phase = Phase.DONE;"))),
          new Mutant(
              "a late message is not held against the horizon",
              List.of(
                  new Patch(
                      "replica.Merging",
                      "Siblings news = state.siblings().without(seen, held);",
                      "Siblings news = state.siblings();"),
                  new Patch(
                      "replica.Merging",
                      "held.isEmpty() && news.versions().isEmpty()",
                      "news.isEmpty()"),
                  new Patch(
                      "coordinator.WriteOperation",
                      "e -> failed(this, owner, ReplicaException.of(e)));",
                      """
                      e -> {
                        failed(this, owner, ReplicaException.of(e));
                        loop.after(
                            6000,
                            () ->
                                replica(owner)
                                    .merge(key, done.state(), 0, deadline + 60_000_000_000L));
                      });
                      """))),
          new Mutant(
              "a tombstone is reaped when this node alone has seen it",
              List.of(
                  new Patch(
                      "repair.AntiEntropy",
                      "(waits && partition.coOwners().stream().allMatch(isUp))",
                      "waits"),
                  new Patch("repair.Reaper", "if (wait.toldNow.containsAll(others)) {", "{"),
                  new Patch(
                      "repair.Reaper",
                      "new ArrayList<>(wait.told.values());",
                      "new ArrayList<>();"))),
          new Mutant(
              "a write does not change the tree",
              List.of(
                  new Patch(
                      "replica.Partition",
                      "tree.change(key.hash(), digest(from), digest(to));",
                      "tree.change(key.hash(), digest(from), from == null ? digest(to) : digest(from));"))),
          new Mutant(
              "a new disk is taken for the old one",
              List.of(
                  new Patch(
                      "Provenance", "if (identity.recalls(last)) {", "if (stopping != null) {"))),
          new Mutant(
              "a partition counts as whole before all co-owners were asked",
              List.of(
                  new Patch(
                      "repair.AntiEntropy",
                      "pairs.stream().allMatch(pair -> pair.isCovered)",
                      "pairs.stream().anyMatch(pair -> pair.isCovered)"))),
          new Mutant(
              "the context of a write is rounded up",
              List.of(
                  new Patch(
                      "version.Siblings",
                      "versions.size() == 1 ? context : seen.with(written)",
                      "versions.size() == 1 ? context : seen.upTo(written)"))),
          new Mutant(
              "a write that nobody acknowledged is called not applied",
              List.of(
                  new Patch(
                      "coordinator.ReplyBoard",
                      "return Arrays.stream(failures).allMatch("
                          + "failure -> failure != null && failure.isDefinite())",
                      "return acks() == 0 && Arrays.stream(failures)"
                          + ".anyMatch(failure -> failure != null)"))),
          new Mutant(
              "owners change before the new ones have everything",
              List.of(
                  new Patch(
                      "membership.NextStep",
                      ".filter(told -> told.ready().contains(partition))",
                      ""))),
          new Mutant(
              "a new owner copies from a single one",
              List.of(
                  new Patch(
                      "repair.AntiEntropy",
                      "coOwners.sources(partition).stream().noneMatch(Pair::isWaitedFor)",
                      "!coOwners.sources(partition).stream().allMatch(Pair::isWaitedFor)"),
                  new Patch(
                      "repair.AntiEntropy",
                      "pairs.stream().allMatch(pair -> pair.isCovered)",
                      "(partition.isNewcomer()"
                          + " ? pairs.stream().anyMatch(pair -> pair.isCovered)"
                          + " : pairs.stream().allMatch(pair -> pair.isCovered))"))),
          new Mutant(
              "a stale epoch is accepted, and by a former owner too",
              List.of(
                  new Patch(
                      "replica.Tenure",
                      "return epoch < changed[partitionOf(key)]",
                      "return key == null"),
                  new Patch("replica.Shard", "!tenure.hasLeft(key)", "tenure.epoch() > 0"))),
          new Mutant(
              "a bucket gets its n whatever keys it has",
              List.of(
                  new Patch(
                      "replica.Survey",
                      "shard.tenure().hasKeyOf(founding.bucket(), slot)",
                      "slot < 0"))),
          new Mutant(
              "what new owners copied is not compared again while it settles",
              List.of(
                  new Patch(
                      "repair.CoOwner",
                      "return coveredEpoch >= partition.settlingSince();",
                      "return isCovered;"))),
          new Mutant(
              "a source that was not whole is not asked again",
              List.of(
                  new Patch(
                      "repair.CoOwner",
                      "!pair.differs || !pair.isWhole || !pair.partition.isCopied()",
                      "!pair.differs"))),
          new Mutant(
              "what could not be copied is not asked for while something else differs",
              List.of(
                  new Patch(
                      "repair.CoOwner",
                      ".anyMatch(pair -> !pair.differs || !pair.isWhole"
                          + " || !pair.partition.isCopied())",
                      ".noneMatch(pair -> pair.differs && pair.partition.isCopied())"))),
          new Mutant(
              "a new owner does not know what was reaped",
              List.of(
                  new Patch(
                      "repair.AntiEntropy", "reaper.covers(pair.partition, result.seen());", ""),
                  new Patch(
                      "replica.Shard",
                      "partition.lacksHorizon(true);\n    return",
                      "partition.lacksHorizon(false);\n    return"),
                  new Patch(
                      "repair.AntiEntropy",
                      "done -> reaper.completed(partition),",
                      "done -> {},"))),
          new Mutant(
              "a former owner tells what it had then",
              List.of(new Patch("replica.Shard", "!tenure.hasLeft(key)", "tenure.epoch() > 0"))),
          new Mutant(
              "a copy that was begun is forgotten about at a start",
              List.of(
                  new Patch("replica.Tenure", "held.siblings().isEmpty() ? COPY : held", "held"),
                  new Patch(
                      "replica.Tenure",
                      "update(horizonKey(partition), held -> COPY)",
                      "update(horizonKey(partition), held -> State.EMPTY)"))),
          new Mutant(
              "an owner takes what it is sent before it has caught up",
              List.of(new Patch("replica.AtEpoch", "!replica.knows(met)", "met < 0"))),
          new Mutant(
              "a node that missed that it gave a partition up goes on with its old copy",
              List.of(new Patch("replica.Tenure", "!isHolder || isAnew", "!isHolder"))),
          new Mutant(
              "what comes from a source that was not whole is not held against the others",
              List.of(
                  new Patch(
                      "repair.AntiEntropy",
                      "pair.mayBeOld = exchange.mayBeOld();",
                      "pair.mayBeOld = false;"))),
          new Mutant(
              "a node that knows nobody any more is not told the state",
              List.of(
                  new Patch(
                      "membership.Chain",
                      "epoch < state.epoch() && !closed",
                      "epoch < state.epoch() && closed"))),
          new Mutant(
              "a proposer does not mind what was accepted before",
              List.of(
                  new Patch(
                      "membership.Proposal",
                      "acceptedBallot.compareTo(highest) > 0",
                      "voters.isEmpty()"))),
          new Mutant(
              "votes that were lost with a disk are taken for none",
              List.of(
                  new Patch("membership.Acceptor", "hasForgotten && slot", "slot < 0 && slot"))),
          new Mutant(
              "a node that gave a partition up goes on with its old copy",
              List.of(
                  new Patch(
                      "replica.Tenure",
                      "store.update(horizonKey(partition), held -> COPY),",
                      "store.update(horizonKey(partition), held -> held),"),
                  new Patch("replica.Tenure", "given.forget();", "given.horizon();"),
                  new Patch("repair.Departure", "isBusy ||", "store != null ||"))));

  @Test
  void eachMistakeIsCaught() throws InterruptedException, ExecutionException {
    Quiet.logs();
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<Integer>> seeds = new ArrayList<>();
      for (Mutant mutant : MUTANTS) {
        seeds.add(threads.submit(() -> seedsUntilCaught(mutant)));
      }
      List<String> uncaught = new ArrayList<>();
      for (int i = 0; i < MUTANTS.size(); i++) {
        if (seeds.get(i).get() > MOST_SEEDS) {
          uncaught.add(MUTANTS.get(i).name());
        }
      }
      assertEquals(List.of(), uncaught, "mistakes that passed " + MOST_SEEDS + " seeds");
    } finally {
      threads.shutdownNow();
    }
  }

  private static int seedsUntilCaught(Mutant mutant)
      throws IOException, ReflectiveOperationException {
    Mutant.Runs runs = mutant.compile();
    String scenario = runs.failingScenario();
    if (!scenario.isEmpty()) {
      System.out.printf("caught by a scenario: %s [%s]%n", mutant.name(), scenario);
      return 0;
    }
    for (int seed = 0; seed < MOST_SEEDS; seed++) {
      String problem = runs.problem(seed).lines().findFirst().orElse("");
      if (!problem.isEmpty()) {
        String what = problem.substring(0, Math.min(80, problem.length()));
        System.out.printf("%3d seeds until caught: %s [%s]%n", seed + 1, mutant.name(), what);
        return seed + 1;
      }
    }
    return MOST_SEEDS + 1;
  }
}
