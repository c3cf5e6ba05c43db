package org.quorate.bench.work;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a run asks for.
 *
 * @param name a preset's, or the mix as it was given
 * @param keyCount keys that are loaded, 1 to 100,000,000
 * @param seed decides keys, sizes and arrivals
 */
public record Workload(String name, Mix mix, Keys keys, Sizes sizes, int keyCount, long seed) {
  /** A mix with the choice of keys that belongs to it. */
  public record Preset(Mix mix, Keys keys) {}

  /**
   * The core workloads of YCSB but E, which scans. They write whole values blindly where YCSB
   * updates a field.
   */
  private static final Map<String, Preset> PRESETS =
      new TreeMap<>(
          Map.of(
              "ycsb-a", new Preset(Mix.parse("read:0.5,put:0.5"), Keys.ZIPFIAN),
              "ycsb-b", new Preset(Mix.parse("read:0.95,put:0.05"), Keys.ZIPFIAN),
              "ycsb-c", new Preset(Mix.parse("read:1"), Keys.ZIPFIAN),
              "ycsb-d", new Preset(Mix.parse("read:0.95,insert:0.05"), Keys.LATEST),
              "ycsb-f", new Preset(Mix.parse("read:0.5,rmw:0.5"), Keys.ZIPFIAN)));

  /**
   * A preset by name, or a mix with zipfian keys.
   *
   * @throws IllegalArgumentException naming what is wrong and what is allowed
   */
  public static Preset preset(String text) {
    Preset preset = PRESETS.get(text);
    if (preset != null) {
      return preset;
    }
    if (!text.contains(":")) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is none of "
              + String.join(", ", PRESETS.keySet())
              + " nor a mix such as read:0.8,put:0.15,delete:0.05");
    }
    return new Preset(Mix.parse(text), Keys.ZIPFIAN);
  }
}
