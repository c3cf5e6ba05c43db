package org.quorate.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked: mixes, keys, sizes, values. */
class WorkTest {
  private static final int KEYS = 1000;
  private static final int DRAWS = 200_000;

  private static int[] drawn(String how) {
    KeyChooser chooser = Keys.parse(how).over(new KeySpace("k", KEYS), new SplittableRandom(1));
    int[] counts = new int[KEYS];
    for (int i = 0; i < DRAWS; i++) {
      counts[(int) chooser.next()]++;
    }
    return counts;
  }

  private static double[] shares(String how) {
    return Arrays.stream(drawn(how))
        .sorted()
        .mapToDouble(count -> (double) count / DRAWS)
        .toArray();
  }

  @Test
  void aMixIsDrawnAsItsSharesSay() {
    Mix mix = Mix.parse("read:8,put:1.5,delete:0.5");
    SplittableRandom random = new SplittableRandom(1);
    int[] counts = new int[Kind.values().length];
    for (int i = 0; i < DRAWS; i++) {
      counts[mix.pick(random).ordinal()]++;
    }
    assertEquals(0.8, (double) counts[Kind.READ.ordinal()] / DRAWS, 0.01);
    assertEquals(0.15, (double) counts[Kind.PUT.ordinal()] / DRAWS, 0.01);
    assertEquals(0.05, (double) counts[Kind.DELETE.ordinal()] / DRAWS, 0.01);
    assertEquals("read:8,put:1.5,delete:0.5", mix.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "read", "read:", "read:x", "red:1", "read:0", "read:1,read:1", "read:-1"})
  void aBadMixIsRefusedByName(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Mix.parse(text));
    assertTrue(String.valueOf(e.getMessage()).length() > 10, e.getMessage());
  }

  /** Gray et al.: with θ = 0.99 over 1000 keys the first has 1 / ζ(1000, 0.99) of all draws. */
  @Test
  void zipfianKeysAreAsPopularAsTheirRankSays() {
    double zeta = 0;
    for (int rank = 1; rank <= KEYS; rank++) {
      zeta += Math.pow(rank, -0.99);
    }
    double[] shares = shares("zipfian:0.99");
    assertEquals(1 / zeta, shares[KEYS - 1], 0.005);
    assertEquals(Math.pow(2, -0.99) / zeta, shares[KEYS - 2], 0.005);
    assertTrue(shares[0] > 0, "some key is never drawn");
  }

  @Test
  void theMostPopularZipfianKeysAreScattered() {
    int[] counts = drawn("zipfian");
    int most = 0;
    int second = 0;
    for (int key = 0; key < KEYS; key++) {
      if (counts[key] > counts[most]) {
        second = most;
        most = key;
      }
    }
    assertNotEquals(1, Math.abs(most - second));
  }

  @Test
  void hotKeysGetTheirShare() {
    int[] counts = drawn("hotspot:0.1:0.9");
    int hot = Arrays.stream(counts, 0, KEYS / 10).sum();
    assertEquals(0.9, (double) hot / DRAWS, 0.01);
  }

  @Test
  void uniformAndSequentialKeysAreAllAlike() {
    assertTrue(shares("uniform")[0] > 0.5 / KEYS);
    assertEquals(1.0 / KEYS, shares("sequential")[0]);
  }

  @Test
  void theLatestKeysAreThoseInserted() {
    KeySpace space = new KeySpace("k", KEYS);
    KeyChooser chooser = Keys.LATEST.over(space, new SplittableRandom(1));
    for (int i = 0; i < 50; i++) {
      space.insert();
    }
    int newest = 0;
    for (int i = 0; i < 1000; i++) {
      long key = chooser.next();
      assertTrue(key >= 0 && key < KEYS + 50, "key " + key);
      newest += key == KEYS + 49 ? 1 : 0;
    }
    assertTrue(newest > 80, "the newest was drawn " + newest + " times");
  }

  @Test
  void aSeedRepeatsAllChoices() {
    assertEquals(Arrays.toString(drawn("zipfian")), Arrays.toString(drawn("zipfian")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "zipf", "zipfian:0", "zipfian:x", "uniform:1", "hotspot:0.1", "hotspot:0:1"})
  void badKeysAreRefusedByName(String text) {
    assertThrows(IllegalArgumentException.class, () -> Keys.parse(text));
  }

  @ParameterizedTest
  @CsvSource(
      value = {"100|100|100", "1KiB|1024|1024", "100-2KiB|100|2048", "100:0.9,10KiB:0.1|100|10240"},
      delimiter = '|')
  void sizesAreWithinTheirRanges(String text, int least, int most) {
    Sizes sizes = Sizes.parse(text);
    SplittableRandom random = new SplittableRandom(1);
    int smallest = Integer.MAX_VALUE;
    int largest = 0;
    for (int i = 0; i < 10_000; i++) {
      int size = sizes.next(random);
      smallest = Math.min(smallest, size);
      largest = Math.max(largest, size);
    }
    assertEquals(least, sizes.least());
    assertEquals(most, sizes.most());
    assertEquals(least, smallest, 5);
    assertEquals(most, largest, 5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "x", "17MiB", "2KiB-1KiB", "1-2-3", "100:0.5,200", "100:0"})
  void badSizesAreRefusedByName(String text) {
    assertThrows(IllegalArgumentException.class, () -> Sizes.parse(text));
  }

  @Test
  void durationsAndLatenciesAreReadAndWritten() {
    assertEquals(Duration.ofMillis(1500), Numbers.duration("1.5s"));
    assertEquals(Duration.ofHours(1), Numbers.duration("1h"));
    assertThrows(IllegalArgumentException.class, () -> Numbers.duration("5"));
    assertEquals("1.23 ms", Numbers.latency(1_234_567L));
    assertEquals("999 µs", Numbers.latency(999_000L));
    assertEquals("1.00 s", Numbers.latency(1_000_000_000L));
  }

  @Test
  void aValueTellsWhoWroteIt() {
    Payload payload = new Payload(0xCAFEBABE);
    for (int size : new int[] {Payload.HEADER_BYTES, 55, 1024, 200_000}) {
      byte[] value = payload.encode(3, 123_456_789_012L, 42, size);
      assertEquals(size, value.length);
      assertEquals(new Payload.Origin(0xCAFEBABE, 3, 123_456_789_012L, 42), Payload.decode(value));
    }
  }

  @Test
  void aValueThatIsCutOrHasAFlippedBitIsNotWhole() {
    byte[] value = new Payload(1).encode(2, 3, 4, 100);
    for (int length = 0; length < value.length; length++) {
      assertNull(Payload.decode(Arrays.copyOf(value, length)), "cut to " + length);
    }
    for (int bit = 0; bit < 8 * value.length; bit++) {
      value[bit / 8] ^= (byte) (1 << bit % 8);
      Payload.Origin origin = Payload.decode(value);
      assertTrue(origin == null || isCaseOfHexadecimal(bit), "bit " + bit + ": " + origin);
      value[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  /** The checksum's own letters may be large or small. */
  private static boolean isCaseOfHexadecimal(int bit) {
    return bit % 8 == 5 && bit / 8 >= Payload.HEADER_BYTES - 8 && bit / 8 < Payload.HEADER_BYTES;
  }

  @Test
  void valuesOfDifferentWritesDiffer() {
    Payload payload = new Payload(1);
    Set<String> values = new HashSet<>();
    for (int sequence = 0; sequence < 100; sequence++) {
      values.add(Arrays.toString(payload.encode(0, 1, sequence, 100)));
    }
    assertEquals(100, values.size());
  }
}
