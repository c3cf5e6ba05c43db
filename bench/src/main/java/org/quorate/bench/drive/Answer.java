package org.quorate.bench.drive;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.measure.Sample.Found;

/**
 * What a store said, in terms that all stores share.
 *
 * @param problem why it failed; null if it succeeded
 * @param values that a read showed, if they were asked for
 * @param context to send with a write that follows a read; null if there is none
 */
public record Answer(
    Outcome outcome,
    @Nullable String problem,
    Found found,
    List<byte[]> values,
    @Nullable String context) {
  /** What is known of the effect. */
  public enum Outcome {
    DONE,
    /** It failed, and certainly had no effect. */
    NOT_APPLIED,
    /** It failed, and may have had its effect or have it yet. */
    UNKNOWN
  }

  static final Answer WRITTEN = new Answer(Outcome.DONE, null, Found.ONE, List.of(), null);

  static Answer found(Found found, List<byte[]> values, @Nullable String context) {
    return new Answer(Outcome.DONE, null, found, values, context);
  }

  static Answer failed(Outcome outcome, String problem) {
    return new Answer(outcome, problem, Found.ONE, List.of(), null);
  }
}
