package org.quorate.peer;

import org.quorate.replica.LocalReplica;
import org.quorate.version.ByteWriter;

/**
 * What one loop has in progress for its peers, and how much of what can wait it takes beside that:
 * little while it is busy, so that hand-offs never starve requests.
 */
final class Load {
  private static final long NANOS_PER_MICRO = 1000;
  private static final int BUSY = 64;

  private int requests;
  private int handingOff;

  void began() {
    requests++;
  }

  void ended() {
    requests--;
  }

  /**
   * @param first whether the peer had none in progress
   */
  void beganHandOffs(boolean first) {
    handingOff += first ? 1 : 0;
  }

  /**
   * @param last whether the peer has none in progress now
   */
  void endedHandOffs(boolean last) {
    handingOff -= last ? 1 : 0;
  }

  /** Writes what is in progress here, and how long a request took that was just done. */
  void report(ByteWriter out, long nanos) {
    out.writeVarLong(requests).writeVarLong(Math.max(0, nanos) / NANOS_PER_MICRO);
  }

  /** How many hand-offs a peer may have in progress. */
  int credits() {
    return requests > BUSY ? 1 : Math.max(1, LocalReplica.MAX_HAND_OFFS / Math.max(1, handingOff));
  }
}
