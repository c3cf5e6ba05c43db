package org.quorate.replica;

/** An owner's {@link Failure}, as a future carries it. */
public final class ReplicaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Failure failure;

  public ReplicaException(Failure failure) {
    super(failure.word(), null, false, false);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }

  /** The failure behind a future's cause. */
  public static Failure of(Throwable cause) {
    return cause instanceof ReplicaException e ? e.failure : Failure.FAILED;
  }
}
