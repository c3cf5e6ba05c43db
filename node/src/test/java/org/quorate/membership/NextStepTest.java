package org.quorate.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quorate.ring.ClusterState;
import org.quorate.ring.Ground;
import org.quorate.ring.Member;

/** When a transition is over. */
class NextStepTest {
  private static final List<Integer> ALL = IntStream.range(0, 8).boxed().toList();

  /** The join of n4 goes back, and nothing is left to be moved. */
  private final ClusterState aborting =
      moved(
          moved(ClusterState.first(List.of(node(1), node(2), node(3)), 8, 3).join(node(4)))
              .abort());

  private final Map<String, Progress> progress = new HashMap<>();

  private static Member node(int number) {
    return new Member("n" + number, "n" + number + ":1", "");
  }

  private static ClusterState moved(ClusterState state) {
    return state.advance(ALL).advance(ALL);
  }

  private void tells(String node, long epoch, long hints) {
    progress.put(node, new Progress(epoch, Set.of(), true, hints, Ground.UNKNOWN));
  }

  private boolean ends(boolean isLeaverLiving) {
    return NextStep.of(aborting, progress, node -> isLeaverLiving)
        .filter(next -> next.transition() == null)
        .isPresent();
  }

  @Test
  void whoLeavesHandsOverItsHintsFirstUnlessItIsDead() {
    List.of("n1", "n2", "n3").forEach(node -> tells(node, aborting.epoch(), 0));
    assertEquals(List.of("n4"), aborting.leaving());
    assertEquals(false, ends(true), "it said nothing, and may have some");
    assertEquals(true, ends(false));
    tells("n4", aborting.epoch() - 1, 0);
    assertEquals(false, ends(true), "it may still take some");
    tells("n4", aborting.epoch(), 1);
    assertEquals(false, ends(true));
    tells("n4", aborting.epoch(), 0);
    assertEquals(true, ends(true));
  }
}
