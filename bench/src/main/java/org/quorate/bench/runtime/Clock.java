package org.quorate.bench.runtime;

/** The time. Durations come from {@link #nanos}; the wall clock only names moments to users. */
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

  /** Milliseconds since 1970. */
  long wallMillis();
}
