package org.quorate.storage;

/** Why storage could not do what was asked. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The kinds of failure. */
  public enum Reason {
    /** Too much is queued; nothing was done. */
    OVERLOADED,
    /** Free space is below the reserve; nothing was done. */
    DISK_FULL,
    /** The key's record is damaged here; other owners may have it. */
    DAMAGED,
    /** The write may or may not be on disk. */
    FAILED
  }

  private final Reason reason;

  public StorageException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
