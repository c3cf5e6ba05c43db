package org.quorate.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.quorate.version.Key;

/** A process that changes a key directory until it is killed. Operation i sets a key to place i. */
final class DirectoryVictim {
  static final int PARTITIONS = 2;
  private static final int KEYS = 4000;

  private DirectoryVictim() {}

  public static void main(String[] args) throws IOException {
    ChronicleDirectory directory = open(Path.of(args[0]));
    long from = directory.recovered(0);
    for (int i = (int) from + 1; ; i++) {
      apply(directory, i);
      directory.applied(0, i);
      if (i % 50 == 0) {
        directory.forEach(i / 50 % PARTITIONS, (key, at) -> {});
      }
    }
  }

  static ChronicleDirectory open(Path path) throws IOException {
    return new ChronicleDirectory(path, PARTITIONS, 1, Runnable::run);
  }

  /** Some keys at first, more and more later, so that maps grow. */
  static Key key(int operation) {
    int range = Math.min(KEYS, 1 + operation / 4);
    return Key.of("bucket", "key-" + Math.floorMod(operation * 0x9E3779B97F4A7C15L >>> 20, range));
  }

  private static Location place(int operation) {
    return new Location(1, operation, 100, 0, operation, null);
  }

  static int partition(Key key) {
    return (int) (key.hash() & (PARTITIONS - 1));
  }

  static void apply(KeyDirectory directory, int operation) {
    Key key = key(operation);
    Location before = directory.get(partition(key), key);
    directory.put(partition(key), key, before, place(operation));
  }

  /** What a directory must hold after the operations up to this one. */
  static void applyTo(Map<Key, Location> model, int operation) {
    model.put(key(operation), place(operation));
  }
}
