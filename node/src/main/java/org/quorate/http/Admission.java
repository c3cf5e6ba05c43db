package org.quorate.http;

/**
 * What one event loop takes on at once. Over a bound a request is refused quickly, never queued.
 *
 * <p>Small bodies have a budget of their own, so that large ones never crowd them out.
 */
final class Admission {
  static final int SMALL_BYTES = 64 << 10;
  private static final int MAX_REQUESTS = 512;
  private final Problem tooMany = Problem.overloaded(MAX_REQUESTS + " requests are in flight");
  private final Problem tooMuch =
      Problem.overloaded("request bodies in flight take all the memory they may");

  private final long maxSmallBytes;
  private final long maxLargeBytes;
  private int requests;
  private long smallBytes;
  private long largeBytes;

  /**
   * @param heapBytes this loop's share of the heap; bodies take a thirty-second of it, since each
   *     is copied a few times on its way
   */
  Admission(long heapBytes, int maxValueBytes) {
    maxSmallBytes = Math.max(heapBytes / 32, SMALL_BYTES);
    maxLargeBytes = Math.max(heapBytes / 32, maxValueBytes);
  }

  /** Room for one request with a body of at most this many bytes. */
  final class Permit {
    private final long bytes;
    private boolean held = true;

    private Permit(long bytes) {
      this.bytes = bytes;
      requests++;
      add(bytes);
    }

    private void add(long delta) {
      if (bytes <= SMALL_BYTES) {
        smallBytes += delta;
      } else {
        largeBytes += delta;
      }
    }

    /** Gives the room back, once. */
    void release() {
      if (held) {
        held = false;
        requests--;
        add(-bytes);
      }
    }
  }

  /**
   * To be asked before any work is done for a request.
   *
   * @throws Problem 503 overloaded
   */
  void requireRoom() {
    if (requests >= MAX_REQUESTS) {
      throw tooMany;
    }
  }

  /**
   * @throws Problem 503 overloaded
   */
  Permit admit(long bodyBytes) {
    boolean fits =
        bodyBytes <= SMALL_BYTES
            ? smallBytes + bodyBytes <= maxSmallBytes
            : largeBytes + bodyBytes <= maxLargeBytes;
    if (!fits) {
      throw tooMuch;
    }
    return new Permit(bodyBytes);
  }

  int requests() {
    return requests;
  }

  long bodyBytes() {
    return smallBytes + largeBytes;
  }
}
