package org.quorate.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of one directory's maps: {@code PARTITION-CAPACITY.map}, of five and ten digits.
 *
 * @param directory in which they are, and nothing else of this name
 */
record MapFiles(Path directory) {
  private static final String ALL = "*.map";

  /** The file of a partition's map with room for so many keys. */
  Path file(int partition, int capacity) {
    return directory.resolve(String.format("%05d-%010d.map", partition, capacity));
  }

  /** For how many keys a map has room. */
  static int capacity(Path file) {
    return Integer.parseInt(file.getFileName().toString().substring(6, 16));
  }

  /** The files of each partition that has some, by capacity. */
  SortedMap<Integer, List<Path>> byPartition() throws IOException {
    SortedMap<Integer, List<Path>> files = new TreeMap<>();
    for (Path file : list(ALL)) {
      int partition = Integer.parseInt(file.getFileName().toString().substring(0, 5));
      files.computeIfAbsent(partition, none -> new ArrayList<>()).add(file);
    }
    return files;
  }

  /** One partition's files, by capacity. */
  List<Path> of(int partition) throws IOException {
    return list(String.format("%05d-", partition) + ALL);
  }

  void delete() throws IOException {
    delete(ALL);
  }

  /** Deletes what was being made when the process was killed. */
  void deleteUnfinished() throws IOException {
    delete("*" + LocationMap.UNFINISHED);
  }

  /** Brings the files to the disk, as they are in memory, and which there are. Blocks. */
  void sync() throws IOException {
    for (Path file : list(ALL)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    FileDisk.syncDirectory(directory);
  }

  private void delete(String glob) throws IOException {
    for (Path file : list(glob)) {
      Files.delete(file);
    }
  }

  private List<Path> list(String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
      files.forEach(found::add);
    }
    found.sort(Comparator.naturalOrder());
    return found;
  }
}
