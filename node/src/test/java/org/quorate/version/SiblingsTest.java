package org.quorate.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quorate.testing.Seeds;

class SiblingsTest {
  @Test
  void mergeIsIdempotentCommutativeAndAssociative() {
    Seeds.forEach(
        seed -> {
          List<Siblings> s = Samples.owners(new SplittableRandom(seed));
          for (Siblings a : s) {
            assertEquals(a, a.merge(a));
            for (Siblings b : s) {
              assertEquals(a.merge(b), b.merge(a));
              assertEquals(a.merge(b), a.merge(b).merge(b));
              assertEquals(a.merge(b).digest(), b.merge(a).digest());
              for (Siblings c : s) {
                assertEquals(a.merge(b).merge(c), a.merge(b.merge(c)));
              }
            }
          }
        });
  }

  @Test
  void aWriteRemovesExactlyWhatItsContextCovers() {
    Seeds.forEach(
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          List<Siblings> states = Samples.owners(random);
          Siblings before = states.get(0);
          CausalContext seen = states.get(1).context();
          Dot dot = new Dot(1000, 1_000_000);
          Siblings after = before.write(seen, Samples.version(dot, random));
          Set<Dot> expected = new TreeSet<>(Set.of(dot));
          before.versions().stream()
              .map(Version::dot)
              .filter(d -> !seen.covers(d))
              .forEach(expected::add);
          assertEquals(List.copyOf(expected), after.versions().stream().map(Version::dot).toList());
          CausalContext own = after.contextOfWrite(seen, dot);
          assertTrue(own.covers(dot) && own.coversAll(seen));
          for (Version left : after.versions()) {
            assertTrue(left.dot().equals(dot) || !own.covers(left.dot()));
          }
        });
  }

  /** The same history on the real states and on sets of dots that are written out in full. */
  @Test
  void behavesAsItsReferenceTwin() {
    Seeds.forEach(seed -> runAgainstTwin(new SplittableRandom(seed)));
  }

  private record Twin(Set<Dot> seen, Set<Dot> live) {
    Twin merge(Twin other) {
      Set<Dot> all = new HashSet<>(seen);
      all.addAll(other.seen);
      Set<Dot> kept = new TreeSet<>();
      for (Dot dot : all) {
        boolean here = live.contains(dot) || !seen.contains(dot);
        boolean there = other.live.contains(dot) || !other.seen.contains(dot);
        if (here && there) {
          kept.add(dot);
        }
      }
      return new Twin(all, kept);
    }

    Twin write(Set<Dot> context, Dot dot) {
      Set<Dot> all = new HashSet<>(seen);
      all.addAll(context);
      all.add(dot);
      Set<Dot> kept = new TreeSet<>(live);
      kept.removeAll(context);
      kept.add(dot);
      return new Twin(all, kept);
    }
  }

  private record Client(CausalContext context, Set<Dot> dots) {}

  private static void runAgainstTwin(SplittableRandom random) {
    int owners = 1 + random.nextInt(4);
    List<Siblings> real = new ArrayList<>();
    List<Twin> twins = new ArrayList<>();
    long[] counters = new long[owners];
    for (int i = 0; i < owners; i++) {
      real.add(Siblings.EMPTY);
      twins.add(new Twin(Set.of(), Set.of()));
    }
    List<Client> clients = new ArrayList<>(List.of(new Client(CausalContext.EMPTY, Set.of())));
    for (int step = 0; step < 60; step++) {
      int at = random.nextInt(owners);
      int from = random.nextInt(owners);
      switch (random.nextInt(4)) {
        case 0 -> {
          real.set(at, real.get(at).merge(real.get(from)));
          twins.set(at, twins.get(at).merge(twins.get(from)));
        }
        case 1 -> clients.add(new Client(real.get(at).context(), twins.get(at).seen()));
        default -> {
          Client client =
              random.nextInt(4) == 0
                  ? new Client(real.get(at).context(), twins.get(at).seen())
                  : clients.get(random.nextInt(clients.size()));
          Dot dot = new Dot(at, counters[at] += 1 + random.nextInt(3));
          Version version = Samples.version(dot, random);
          real.set(at, real.get(at).write(client.context(), version));
          twins.set(at, twins.get(at).write(client.dots(), dot));
          Set<Dot> own = new HashSet<>(client.dots());
          own.add(dot);
          boolean alone = twins.get(at).live().size() == 1;
          clients.add(
              new Client(
                  real.get(at).contextOfWrite(client.context(), dot),
                  alone ? twins.get(at).seen() : own));
        }
      }
      Siblings state = SiblingsCodec.decode(SiblingsCodec.encode(real.get(at)));
      assertEquals(real.get(at), state);
      assertEquals(
          List.copyOf(twins.get(at).live()), state.versions().stream().map(Version::dot).toList());
      for (Twin twin : twins) {
        for (Dot dot : twin.seen()) {
          assertEquals(twins.get(at).seen().contains(dot), state.context().covers(dot));
        }
      }
    }
  }

  @Test
  void staleWritersLeaveNoMoreSiblingsThanAreInFlight() {
    Seeds.forEach(
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          int inFlight = 1 + random.nextInt(10);
          Siblings state = Siblings.EMPTY;
          ArrayDeque<CausalContext> reads = new ArrayDeque<>();
          for (int n = 1; n <= 1000; n++) {
            reads.add(state.context());
            if (reads.size() > inFlight) {
              reads.poll();
            }
            CausalContext seen = reads.peek();
            state = state.write(seen, Version.tombstone(new Dot(random.nextInt(3), n), n));
            assertTrue(state.versions().size() <= inFlight, () -> "more than " + inFlight);
          }
        });
  }

  @Test
  void theContextOfAWriteBesideASiblingOfItsActorLeavesThatSiblingAlone() {
    Siblings first = Siblings.EMPTY.write(CausalContext.EMPTY, Version.tombstone(new Dot(7, 1), 0));
    Siblings both = first.write(CausalContext.EMPTY, Version.tombstone(new Dot(7, 2), 0));
    CausalContext own = both.contextOfWrite(CausalContext.EMPTY, new Dot(7, 2));
    Siblings elsewhere = Siblings.EMPTY.write(own, Version.tombstone(new Dot(8, 1), 0));
    Siblings merged = both.merge(elsewhere);
    assertEquals(
        List.of(new Dot(7, 1), new Dot(8, 1)),
        merged.versions().stream().map(Version::dot).toList());
    assertEquals(elsewhere, SiblingsCodec.decode(SiblingsCodec.encode(elsewhere)));
  }

  @Test
  void digestsTellStatesApart() {
    assertEquals(0, Siblings.EMPTY.digest());
    Seeds.forEach(
        seed -> {
          List<Siblings> states = Samples.owners(new SplittableRandom(seed));
          for (Siblings a : states) {
            for (Siblings b : states) {
              if (a.equals(b)) {
                assertEquals(a.digest(), b.digest());
              } else {
                assertNotEquals(a.digest(), b.digest());
              }
            }
          }
        });
  }

  /** What is done without reading a state of which only the one write is known. */
  @Test
  void theOnlyWriteStandsForItsState() {
    Seeds.forEach(
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          List<Siblings> states = new ArrayList<>(Samples.owners(random));
          Dot first = new Dot(1 + random.nextInt(3), 1 + random.nextInt(5));
          Siblings one = Siblings.EMPTY.write(CausalContext.EMPTY, Samples.version(first, random));
          assertEquals(first, one.only());
          states.add(one);
          Version next = Samples.version(new Dot(1000, 1_000_000), random);
          for (Siblings state : states) {
            Dot only = state.only();
            if (only != null) {
              Siblings known = Siblings.after(only);
              assertEquals(state.digest(), Siblings.digestOfOnly(only));
              assertEquals(state.write(state.context(), next), known.write(known.context(), next));
              for (Siblings other : states) {
                if (other.context().coversAll(known.context())) {
                  assertEquals(other, state.merge(other));
                }
              }
            }
          }
        });
  }

  @Test
  void aTombstoneAloneIsADeletedKey() {
    assertFalse(Siblings.EMPTY.isTombstone());
    assertTrue(
        Siblings.EMPTY
            .write(CausalContext.EMPTY, Version.tombstone(new Dot(1, 1), 0))
            .isTombstone());
  }
}
