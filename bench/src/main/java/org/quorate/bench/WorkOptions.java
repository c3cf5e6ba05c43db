package org.quorate.bench;

import org.jspecify.annotations.Nullable;
import org.quorate.bench.runtime.Seeds;
import org.quorate.bench.work.Keys;
import org.quorate.bench.work.Sizes;
import org.quorate.bench.work.Workload;
import picocli.CommandLine.Option;

/** What keys and values are like. */
final class WorkOptions {
  @Option(
      names = "--keys",
      paramLabel = "HOW",
      converter = Convert.ToKeys.class,
      description =
          "How keys are chosen: uniform, zipfian[:THETA], latest[:THETA],"
              + " hotspot[:KEYS:OPERATIONS], sequential. Default: the preset's, or zipfian.")
  @Nullable Keys keys;

  @Option(
      names = "--key-count",
      paramLabel = "NUMBER",
      description = "Keys that are loaded, 1 to 100000000. Default: 100000.")
  int keyCount = 100_000;

  @Option(
      names = "--value-size",
      paramLabel = "SIZE",
      converter = Convert.ToSizes.class,
      description = "1KiB, 100-2KiB (uniform), or 100:0.9,10KiB:0.1 (with shares). Default: 1KiB.")
  Sizes sizes = Sizes.parse("1KiB");

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "Decides keys, sizes and arrivals. Default: chance; it is printed.")
  long seed = Seeds.fresh();

  Workload workload(String name, Workload.Preset preset) {
    if (keyCount < 1 || keyCount > 100_000_000) {
      throw new IllegalArgumentException("--key-count '" + keyCount + "' is not 1 to 100000000");
    }
    return new Workload(
        name, preset.mix(), keys == null ? preset.keys() : keys, sizes, keyCount, seed);
  }
}
