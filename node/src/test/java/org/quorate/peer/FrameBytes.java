package org.quorate.peer;

/** What a simulated network must know of frames. */
public final class FrameBytes {
  private FrameBytes() {}

  /** The length of the whole frame that starts here. */
  public static int length(byte[] bytes, int from) {
    return Frames.length(bytes, from, bytes.length - from, FrameLink.MAX_FRAME_BYTES);
  }

  public static boolean isMerge(byte[] frame) {
    return type(frame) == Frames.MERGE || type(frame) == Frames.HAND_OFF;
  }

  /** Whether the protocol trusts TCP to bring the frame once and in its place. */
  public static boolean needsOrder(byte[] frame) {
    return type(frame) <= Frames.REFUSED || type(frame) == Frames.PUT;
  }

  private static int type(byte[] frame) {
    return frame[Frames.HEAD_BYTES];
  }
}
