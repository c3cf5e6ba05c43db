package org.quorate.bench.work;

/** Chooses the key of each operation; one for each loop. */
public interface KeyChooser {
  /** The number of a key in the key space. */
  long next();
}
