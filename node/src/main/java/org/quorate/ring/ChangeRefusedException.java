package org.quorate.ring;

/** A change of the cluster that its state does not allow; the message is for an operator. */
public final class ChangeRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why a change is refused. */
  public enum Reason {
    /** What was asked for makes no sense, whatever the state. */
    INVALID,
    /** Another change is under way, or came first. */
    CONFLICT
  }

  private final Reason reason;

  public ChangeRefusedException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
