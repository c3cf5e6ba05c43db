package org.quorate.membership;

/** No majority of the members agreed on a change in time. */
public final class UndecidedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final boolean mayTakeEffect;

  public UndecidedException(boolean mayTakeEffect, String message) {
    super(message, null, false, false);
    this.mayTakeEffect = mayTakeEffect;
  }

  /** Whether some member has accepted the change, so that another proposal may complete it. */
  public boolean mayTakeEffect() {
    return mayTakeEffect;
  }
}
