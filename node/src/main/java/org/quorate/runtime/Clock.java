package org.quorate.runtime;

/** The time. Only durations of {@link #nanos} decide anything; the wall clock is shown to users. */
public interface Clock {
  /** The system's clocks. */
  Clock SYSTEM =
      new Clock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public long wallMillis() {
          return System.currentTimeMillis();
        }
      };

  /** Monotonic nanoseconds from an arbitrary start. */
  long nanos();

  /** Milliseconds since 1970, possibly wrong and possibly jumping. */
  long wallMillis();
}
