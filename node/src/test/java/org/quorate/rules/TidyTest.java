package org.quorate.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a reviewer should not have to look for, over the sources of all modules. */
class TidyTest {
  private static final Path TOP = Path.of("..");
  private static final int MAX_CLASS_LINES = 400;
  private static final int MAX_LINE_LENGTH = 120;
  private static final Pattern LEFT_OVER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern SLEEP = Pattern.compile("Thread\\.sle" + "ep|@Disa" + "bled");
  private static final Pattern TIME_OR_CHANCE =
      Pattern.compile(
          "System\\.nanoTime|currentTimeMillis|new Random\\(|ThreadLocalRandom|Math\\.random"
              + "|Instant\\.now|UUID\\.randomUUID|new SecureRandom");

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("merkle", "gossip", "node", "bench")) {
      Path source = TOP.resolve(module).resolve("src");
      try (Stream<Path> files = Files.walk(source)) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    assertTrue(sources.size() > 80, "found " + sources.size());
    return sources;
  }

  private static List<String> offences(Pattern pattern, List<Path> files) throws IOException {
    List<String> offences = new ArrayList<>();
    for (Path file : files) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (pattern.matcher(lines.get(i)).find()) {
          offences.add(file + ":" + (i + 1));
        }
      }
    }
    return offences;
  }

  @Test
  void nothingIsLeftOverAndNothingSleeps() throws IOException {
    assertEquals(List.of(), offences(LEFT_OVER, sources()));
    assertEquals(List.of(), offences(SLEEP, sources()));
  }

  @Test
  void timeAndChanceComeFromRuntimeOnly() throws IOException {
    List<Path> main =
        sources().stream()
            .filter(file -> file.toString().contains("/src/main/"))
            .filter(file -> !file.toString().contains("/runtime/"))
            .toList();
    assertEquals(List.of(), offences(TIME_OR_CHANCE, main));
  }

  @Test
  void classesAndLinesAreShort() throws IOException {
    List<String> offences = new ArrayList<>();
    for (Path file : sources()) {
      List<String> lines = Files.readAllLines(file);
      boolean isTest = file.toString().contains("/src/test/");
      if (lines.size() > (isTest ? 2 * MAX_CLASS_LINES : MAX_CLASS_LINES)) {
        offences.add(file + " has " + lines.size() + " lines");
      }
      for (String line : lines) {
        if (line.length() > MAX_LINE_LENGTH) {
          offences.add(file + ": " + line.strip());
        }
      }
    }
    assertEquals(List.of(), offences);
  }

  @Test
  void everyPackageNamesItsParts() throws IOException {
    for (Path file : sources()) {
      if (file.toString().contains("/src/main/")) {
        assertTrue(Files.exists(file.resolveSibling("package-info.java")), file.toString());
      }
    }
  }
}
