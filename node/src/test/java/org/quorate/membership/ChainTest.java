package org.quorate.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.membership.Acceptor.Vote;
import org.quorate.membership.Proposal.Phase;
import org.quorate.ring.BucketProperties;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Member;

/**
 * Proposals and acceptors under any order of messages, with messages that are lost and doubled, and
 * acceptors that lose their memory: one slot never gets two values.
 */
class ChainTest {
  private static final int RUNS = 3000;
  private static final int STEPS = 400;

  /** One slot, from its first proposal on. */
  private static final class Slot {
    private final SplittableRandom random;
    private final ClusterState base;
    private final Map<String, Acceptor> acceptors = new TreeMap<>();
    private final List<Runnable> messages = new ArrayList<>();
    private final Set<ClusterState> decided = new HashSet<>();
    private String amnesiac = "";
    private int proposers;
    private long round;

    Slot(long seed) {
      random = new SplittableRandom(seed);
      List<Member> members = new ArrayList<>();
      for (int i = 0; i < 3 + random.nextInt(3); i++) {
        members.add(new Member("n" + i, "n" + i + ":1", ""));
      }
      base = ClusterState.first(members, 1, 1);
      members.forEach(member -> acceptors.put(member.name(), new Acceptor(base)));
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        if (random.nextInt(40) == 0) {
          propose();
        }
        if (random.nextInt(150) == 0 && amnesiac.isEmpty()) {
          forget();
        }
        deliver();
      }
    }

    private void deliver() {
      if (!messages.isEmpty()) {
        int which = random.nextInt(messages.size());
        Runnable message = messages.get(which);
        if (random.nextInt(20) > 0) {
          messages.remove(which);
        }
        if (random.nextInt(10) > 0) {
          message.run();
        }
      }
    }

    private Ballot nextBallot() {
      round += random.nextInt(2);
      return new Ballot(Math.max(1, round - random.nextInt(2)), "p" + proposers++);
    }

    private void propose() {
      Ballot ballot = nextBallot();
      BucketProperties its = new BucketProperties(1, 1, 1);
      ClusterState own = base.bucket("b" + proposers, its);
      Proposal proposal = new Proposal(acceptors.keySet(), ballot, own);
      for (String voter : acceptors.keySet()) {
        messages.add(
            () -> {
              Acceptor acceptor = acceptors.get(voter);
              Vote vote = acceptor.prepare(own.epoch(), ballot);
              Ballot accepted = acceptor.accepted();
              ClusterState value = acceptor.value();
              messages.add(
                  () ->
                      change(
                          proposal,
                          () -> {
                            if (vote == Vote.YES) {
                              proposal.promised(voter, accepted, value);
                            } else {
                              proposal.refused(voter, Phase.PREPARING);
                            }
                          }));
            });
      }
    }

    private void change(Proposal proposal, Runnable answer) {
      Phase before = proposal.phase();
      answer.run();
      if (proposal.phase() == Phase.ACCEPTING && before == Phase.PREPARING) {
        acceptors.keySet().forEach(voter -> messages.add(() -> accept(proposal, voter)));
      } else if (proposal.phase() == Phase.DECIDED) {
        decided.add(proposal.value());
      }
    }

    private void accept(Proposal proposal, String voter) {
      Vote vote = acceptors.get(voter).accept(proposal.ballot(), proposal.value());
      messages.add(
          () ->
              change(
                  proposal,
                  () -> {
                    if (vote == Vote.YES) {
                      proposal.accepted(voter);
                    } else {
                      proposal.refused(voter, Phase.ACCEPTING);
                    }
                  }));
    }

    /** A disk is lost; the others are asked for what it held. */
    private void forget() {
      List<String> names = List.copyOf(acceptors.keySet());
      amnesiac = names.get(random.nextInt(names.size()));
      Acceptor empty = new Acceptor(base);
      empty.forget();
      acceptors.put(amnesiac, empty);
      Ballot ballot = nextBallot();
      Set<String> promised = new HashSet<>();
      Ballot[] highest = {Ballot.NONE};
      ClusterState[] value = {null};
      int enough = names.size() - names.size() / 2;
      for (String other : names) {
        if (!other.equals(amnesiac)) {
          messages.add(
              () -> {
                Acceptor asked = acceptors.get(other);
                boolean isFirst = promised.size() < enough && !promised.contains(other);
                if (isFirst && asked.prepare(base.epoch() + 1, ballot) == Vote.YES) {
                  promised.add(other);
                  if (asked.value() != null && asked.accepted().compareTo(highest[0]) > 0) {
                    highest[0] = asked.accepted();
                    value[0] = asked.value();
                  }
                  if (promised.size() == enough) {
                    empty.recall(ballot, highest[0], value[0]);
                    amnesiac = "";
                  }
                }
              });
        }
      }
    }
  }

  @Test
  void oneSlotHasOneValue() {
    int decided = 0;
    for (long seed = 0; seed < RUNS; seed++) {
      Slot slot = new Slot(seed);
      slot.run();
      assertTrue(slot.decided.size() <= 1, "seed " + seed + " decided " + slot.decided);
      decided += slot.decided.size();
    }
    assertTrue(decided > RUNS / 4, decided + " decided");
  }

  @Test
  void anAcceptorIsAsItWasWhenItIsReadAgain() {
    ClusterState base =
        ClusterState.first(
            List.of(
                new Member("a", "a:1", "z1"),
                new Member("b", "b:1", ""),
                new Member("c", "c:1", "")),
            8,
            2);
    ClusterState next = base.join(new Member("d", "d:1", "z2")).advance(List.of(0, 1));
    Acceptor acceptor = new Acceptor(next);
    acceptor.prepare(next.epoch() + 1, new Ballot(7, "x"));
    acceptor.accept(new Ballot(7, "x"), next.abort());
    acceptor.forget();
    Acceptor again = Acceptor.remembering(acceptor.memory());
    assertEquals(next, again.state());
    assertEquals(next.abort(), again.value());
    assertEquals(acceptor.memory(), again.memory());
    assertTrue(again.hasForgotten());
  }
}
