package org.quorate.bench.work;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The keys that a run knows, by number: those loaded, and those that it has inserted since. Shared
 * by all loops.
 */
public final class KeySpace {
  private final String prefix;
  private final int loaded;
  private final AtomicLong end;
  private final AtomicLong turn = new AtomicLong();

  /**
   * @param prefix of each key's name
   * @param loaded how many keys are there, numbered from 0
   */
  public KeySpace(String prefix, int loaded) {
    this.prefix = prefix;
    this.loaded = loaded;
    this.end = new AtomicLong(loaded);
  }

  /** The same keys, with nothing inserted and no turn taken. */
  public KeySpace fresh() {
    return new KeySpace(prefix, loaded);
  }

  public int loaded() {
    return loaded;
  }

  /** One more than the highest number in use. */
  long end() {
    return end.get();
  }

  /** The number of a new key. */
  public long insert() {
    return end.getAndIncrement();
  }

  /** 0, 1, 2, …, over all loops. */
  public long turn() {
    return turn.getAndIncrement();
  }

  public String name(long key) {
    return prefix + key;
  }
}
