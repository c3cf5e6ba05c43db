package org.quorate.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.testing.Seeds;
import org.quorate.version.Key;

/** A key directory after its process was killed in the middle of an operation. */
class DirectoryKillTest {
  private static final int APPLIED_AT = 64;

  @TempDir Path root;

  @Test
  void afterKillsTheMapsHoldWhatWasAppliedAndGoOn() throws Exception {
    long seed = Seeds.one();
    SplittableRandom random = new SplittableRandom(seed);
    Map<Key, Location> model = new HashMap<>();
    int known = 0;
    int mended = 0;
    for (int round = 0; round < 5; round++) {
      int upTo = killAfter(known + 1000 + random.nextInt(20_000));
      ChronicleDirectory directory = DirectoryVictim.open(root);
      int recovered = (int) directory.recovered(0);
      assertTrue(recovered == upTo || recovered == 0, "-Dquorate.seed=" + seed + " round " + round);
      mended += recovered == upTo ? 1 : 0;
      for (int operation = recovered + 1; operation <= upTo + 1; operation++) {
        DirectoryVictim.apply(directory, operation);
      }
      while (known <= upTo) {
        DirectoryVictim.applyTo(model, ++known);
      }
      model.forEach(
          (key, at) -> assertEquals(at, directory.get(DirectoryVictim.partition(key), key)));
      for (int more = 0; more < 1000; more++) {
        DirectoryVictim.apply(directory, known + 1);
        DirectoryVictim.applyTo(model, ++known);
      }
      Map<Key, Location> listed = new HashMap<>();
      for (int p = 0; p < DirectoryVictim.PARTITIONS; p++) {
        directory.forEach(p, listed::put);
      }
      assertTrue(model.equals(listed), "the entries listed are others");
      directory.closeAt(known);
    }
    assertTrue(mended > 0, "every kill cost all maps");
  }

  /** Runs a victim until it has done this operation, kills it, and returns which was its last. */
  private int killAfter(int operation) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.add("-Dchronicle.analytics.disable=true");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(DirectoryVictim.class.getName(), root.toString()));
    Path mark = root.resolve("mark");
    Path log = Files.createTempFile(root.getParent(), "victim", ".log");
    Process victim =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      while (!Files.exists(mark) || Files.size(mark) < APPLIED_AT + Long.BYTES) {
        assertTrue(victim.isAlive(), () -> read(log));
        Thread.onSpinWait();
      }
      try (FileChannel channel = FileChannel.open(mark)) {
        MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, Files.size(mark));
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.getLong(APPLIED_AT) < operation) {
          assertTrue(victim.isAlive(), () -> read(log));
          Thread.onSpinWait();
        }
        victim.destroyForcibly().waitFor();
        return (int) bytes.getLong(APPLIED_AT);
      }
    } finally {
      victim.destroyForcibly();
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
