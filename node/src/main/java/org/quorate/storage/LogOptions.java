package org.quorate.storage;

/**
 * How the log is kept.
 *
 * @param segmentBytes a segment that is larger is followed by a new one
 * @param readers threads that read at once
 * @param compactionBytesPerSecond what compaction may rewrite at most
 */
public record LogOptions(
    Log.Sync sync, int segmentBytes, int readers, long compactionBytesPerSecond) {
  public static LogOptions standard(Log.Sync sync) {
    return new LogOptions(sync, 64 << 20, 2, 32 << 20);
  }
}
