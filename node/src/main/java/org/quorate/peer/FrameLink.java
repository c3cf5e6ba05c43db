package org.quorate.peer;

import java.util.Arrays;
import java.util.function.Consumer;
import org.quorate.runtime.Loop;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;
import org.quorate.version.DecodeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link with frames in and out. Frames that are written in one turn of the loop leave together:
 * one system call for many requests is most of what makes peers cheap.
 */
final class FrameLink {
  /** What one frame may hold: a key's siblings at their largest. */
  static final int MAX_FRAME_BYTES = 256 << 20;

  /** Bytes not taken by the other side, over which nothing more should be sent to it. */
  static final long MAX_UNSENT_BYTES = 32 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(FrameLink.class);
  private static final int KEPT_BUFFER_BYTES = 1 << 20;

  private final Link link;
  private final Loop loop;
  private final Consumer<ByteReader> receiver;
  private ByteWriter out = new ByteWriter(1 << 16);
  private byte[] rest = {};
  private int restBytes;
  private boolean flushing;
  private boolean closed;

  /**
   * @param receiver gets what follows each frame's checksum; a {@link DecodeException} from it
   *     closes the link
   */
  FrameLink(Link link, Loop loop, Consumer<ByteReader> receiver) {
    this.link = link;
    this.loop = loop;
    this.receiver = receiver;
    link.onBytes(this::received);
  }

  private void received(byte[] bytes) {
    try {
      int at = takeRest(bytes);
      while (!closed && at < bytes.length) {
        int available = bytes.length - at;
        int length = Frames.length(bytes, at, available, MAX_FRAME_BYTES);
        if (length == 0 || length > available) {
          rest = Arrays.copyOfRange(bytes, at, at + Math.max(available, length));
          restBytes = available;
          return;
        }
        receiver.accept(Frames.open(bytes, at, length));
        at += length;
      }
    } catch (DecodeException | IllegalArgumentException e) {
      LOG.warn("connection with {} closed: {}", link.remote(), e.getMessage());
      close();
    }
  }

  /** Completes the frame that earlier bytes began, and returns how many of these it took. */
  private int takeRest(byte[] bytes) {
    int at = 0;
    while (restBytes > 0 && at < bytes.length && !closed) {
      int length = Frames.length(rest, 0, restBytes, MAX_FRAME_BYTES);
      int wanted = (length == 0 ? Frames.HEAD_BYTES : length) - restBytes;
      int taken = Math.min(wanted, bytes.length - at);
      if (restBytes + wanted > rest.length) {
        rest = Arrays.copyOf(rest, restBytes + wanted);
      }
      System.arraycopy(bytes, at, rest, restBytes, taken);
      restBytes += taken;
      at += taken;
      if (length > 0 && restBytes == length) {
        restBytes = 0;
        receiver.accept(Frames.open(rest, 0, length));
      }
    }
    return at;
  }

  /** Where the next frame is written, between {@link Frames#begin} and {@link Frames#end}. */
  ByteWriter out() {
    return out;
  }

  /** Sends what was written at the end of this turn of the loop. */
  void flush() {
    if (!flushing) {
      flushing = true;
      loop.execute(this::flushNow);
    }
  }

  private void flushNow() {
    flushing = false;
    if (!closed && out.size() > 0) {
      link.write(out.array(), out.size());
    }
    if (out.array().length > KEPT_BUFFER_BYTES) {
      out = new ByteWriter(1 << 16);
    }
    out.clear();
  }

  boolean isBackedUp() {
    return out.size() + link.unsentBytes() > MAX_UNSENT_BYTES;
  }

  void close() {
    closed = true;
    link.close();
  }

  String remote() {
    return link.remote();
  }
}
