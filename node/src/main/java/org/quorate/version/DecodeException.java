package org.quorate.version;

/** Bytes that are not what they claim to be: cut short, altered, or of an unknown version. */
public final class DecodeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DecodeException(String message) {
    super(message);
  }

  DecodeException(IllegalArgumentException cause) {
    super(cause);
  }
}
