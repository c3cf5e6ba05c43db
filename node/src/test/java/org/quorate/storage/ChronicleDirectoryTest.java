package org.quorate.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.version.Dot;
import org.quorate.version.Key;
import org.quorate.version.Siblings;

class ChronicleDirectoryTest {
  @TempDir Path root;

  private ChronicleDirectory open() throws IOException {
    return new ChronicleDirectory(root, 4, 2, Runnable::run);
  }

  private static Key key(int i) {
    return Key.of("bucket", "key-" + i + "-" + "x".repeat(i % 100));
  }

  private static void put(
      KeyDirectory directory, Map<Key, Location> model, int i, SplittableRandom random) {
    Location at =
        new Location(
            1 + random.nextInt(5), random.nextInt(1 << 20), 100, 0, random.nextLong(), null);
    int partition = (int) (key(i).hash() & 3);
    directory.put(partition, key(i), directory.get(partition, key(i)), at);
    model.put(key(i), at);
  }

  private static void check(KeyDirectory directory, Map<Key, Location> model) {
    model.forEach(
        (key, at) -> assertEquals(at, directory.get((int) (key.hash() & 3), key), key.toString()));
    assertEquals(model.size(), directory.keys());
    Map<Key, Location> listed = new HashMap<>();
    for (int p = 0; p < 4; p++) {
      directory.forEach(p, listed::put);
    }
    assertEquals(model.size(), listed.size());
    assertTrue(model.equals(listed), "the entries listed are others");
    for (int segment = 1; segment < 6; segment++) {
      int number = segment;
      long live = model.values().stream().filter(at -> at.segment() == number).count() * 100;
      assertEquals(live, directory.liveBytes(segment));
    }
  }

  @Test
  void holdsWhatAPlainMapHoldsWhileItGrowsAndAcrossRuns() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    Map<Key, Location> model = new HashMap<>();
    ChronicleDirectory directory = open();
    assertEquals(0, directory.recovered(0));
    for (int i = 0; i < 20_000; i++) {
      put(directory, model, random.nextInt(12_000), random);
      if (i % 4000 == 0) {
        check(directory, model);
      }
    }
    check(directory, model);
    assertNull(directory.get(0, Key.of("bucket", "absent")));
    directory.closeAt(77);

    directory = open();
    assertEquals(77, directory.recovered(0));
    check(directory, model);
    for (int i = 0; i < 20_000; i++) {
      put(directory, model, random.nextInt(40_000), random);
    }
    check(directory, model);
    directory.clear();
    check(directory, Map.of());
    directory.closeAt(0);
    directory = open();
    assertEquals(0, directory.recovered(0));
    check(directory, Map.of());
  }

  @Test
  void aMapThatCannotBeMendedCostsAllOfThem() throws IOException {
    ChronicleDirectory directory = open();
    directory.recovered(0);
    for (int i = 0; i < 100; i++) {
      directory.put(1, key(i), null, new Location(1, i, 100, 0, i, null));
    }
    directory.applied(0, 500);
    directory.applied(1, 500);
    try (FileChannel mark = FileChannel.open(root.resolve("mark"), StandardOpenOption.WRITE)) {
      ByteBuffer touched = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1 + 1);
      mark.write(touched, 64 + 16 + 8);
    }
    Files.writeString(root.resolve("00001-0000001024.map"), "no map".repeat(1000));
    ChronicleDirectory again = open();
    assertEquals(0, again.recovered(0));
    assertEquals(0, again.liveBytes(1));
    assertNull(again.get(1, key(1)));
    assertEquals(0, open().recovered(0));
  }

  @Test
  void keepsTheOnlyWriteOfAKeyForAsManyActorsAsThereIsRoomFor() throws IOException {
    ChronicleDirectory directory = open();
    directory.recovered(0);
    for (int i = 1; i < 6_000; i++) {
      Dot dot = new Dot(i * 0x9E3779B97F4A7C15L, i % 7 == 0 ? 1L << 50 : i);
      long digest = Siblings.digestOfOnly(dot);
      directory.put(0, key(i), null, new Location(1, i, 100, Location.TOMBSTONE, digest, dot));
      boolean fits = i <= 4096 && i % 7 != 0;
      assertEquals(
          new Location(1, i, 100, Location.TOMBSTONE, digest, fits ? dot : null),
          directory.get(0, key(i)));
    }
    directory.closeAt(7);
    directory = open();
    assertEquals(7, directory.recovered(0));
    assertEquals(4000, directory.get(0, key(4000)).only().counter());
  }

  /** A map is made for short keys and has room for a fortieth as many of the longest. */
  @Test
  void growsWithTheLongestKeys() throws IOException {
    ChronicleDirectory directory = open();
    directory.recovered(0);
    Map<Key, Location> model = new HashMap<>();
    for (int i = 0; i < 6_000; i++) {
      String number = String.valueOf(i);
      Key key = Key.of("b".repeat(255), number + "x".repeat(1024 - number.length()));
      Location at = new Location(1, i, 100, 0, i, null);
      directory.put((int) (key.hash() & 3), key, null, at);
      model.put(key, at);
    }
    check(directory, model);
  }

  @Test
  void afterAKillWhatWasAppliedByAllLoopsIsTrusted() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    Map<Key, Location> model = new HashMap<>();
    ChronicleDirectory killed = open();
    killed.recovered(0);
    for (int i = 0; i < 5000; i++) {
      put(killed, model, i, random);
    }
    killed.applied(0, 500);
    killed.applied(1, 300);
    ChronicleDirectory again = open();
    assertEquals(300, again.recovered(0));
    check(again, model);
  }
}
