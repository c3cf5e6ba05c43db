package org.quorate.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.testing.Seeds;

class CodecTest {
  @Test
  void siblingsSurviveTheRoundTripWithValuesAndHeaders() {
    Seeds.forEach(
        seed -> {
          for (Siblings state : Samples.owners(new SplittableRandom(seed))) {
            Siblings decoded = SiblingsCodec.decode(SiblingsCodec.encode(state));
            assertEquals(state, decoded);
            for (int i = 0; i < state.versions().size(); i++) {
              Version expected = state.versions().get(i);
              Version actual = decoded.versions().get(i);
              assertTrue(Arrays.equals(expected.value(), actual.value()));
              assertEquals(expected.headers(), actual.headers());
              assertEquals(expected.writtenMillis(), actual.writtenMillis());
              assertEquals(expected.deleted(), actual.deleted());
            }
          }
        });
  }

  @Test
  void everyTruncationOfSiblingsIsRefused() {
    Seeds.forEach(
        seed -> {
          byte[] bytes = SiblingsCodec.encode(Samples.owners(new SplittableRandom(seed)).get(0));
          for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(DecodeException.class, () -> SiblingsCodec.decode(cut));
          }
        });
  }

  @Test
  void aFlippedBitDecodesToSomethingOrIsRefusedButNeverFailsOtherwise() {
    Seeds.forEach(
        seed -> {
          byte[] bytes = SiblingsCodec.encode(Samples.owners(new SplittableRandom(seed)).get(0));
          for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            try {
              SiblingsCodec.decode(flipped);
            } catch (DecodeException expected) {
              assertTrue(expected.getMessage().length() > 0);
            }
          }
        });
  }

  @Test
  void aContextTokenIsBoundToItsKeyAndChecked() {
    Key key = Key.of("b", "k");
    Seeds.forEach(
        seed -> {
          CausalContext context = Samples.owners(new SplittableRandom(seed)).get(0).context();
          String token = ContextToken.encode(key, context);
          assertEquals(context, ContextToken.decode(key, token));
          assertThrows(
              DecodeException.class, () -> ContextToken.decode(Key.of("b", "other"), token));
          for (int i = 0; i < token.length(); i++) {
            String cut = token.substring(0, i);
            assertThrows(DecodeException.class, () -> ContextToken.decode(key, cut));
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            String altered = cut + other + token.substring(i + 1);
            try {
              assertEquals(
                  context, ContextToken.decode(key, altered), "only unused bits may differ");
            } catch (DecodeException expected) {
              assertTrue(expected.getMessage().length() > 0);
            }
          }
        });
  }

  @Test
  void keysKeepBucketAndKeyApartAndKnowTheirLimits() {
    Key key = Key.of("ab", "c");
    assertEquals(key, Key.decode(key.encoded()));
    assertTrue(!key.equals(Key.of("a", "bc")));
    assertThrows(IllegalArgumentException.class, () -> Key.of("", "k"));
    assertThrows(IllegalArgumentException.class, () -> Key.of("b", ""));
    assertThrows(IllegalArgumentException.class, () -> Key.of("b".repeat(256), "k"));
    assertThrows(IllegalArgumentException.class, () -> Key.of("b", "k".repeat(1025)));
    assertThrows(DecodeException.class, () -> Key.decode(new byte[0]));
    assertThrows(DecodeException.class, () -> Key.decode(new byte[] {3, 'a', 'b', 'c'}));
  }
}
