package org.quorate.sim;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.quorate.version.CausalContext;
import org.quorate.version.Dot;

/** One request of a client, and what came of it. Its number is unique in the run. */
final class Op {
  enum Kind {
    READ,
    PUT,
    DELETE,
    /** A delete without a context: the node reads first. */
    DELETE_SEEN
  }

  enum Outcome {
    OPEN,
    OK,
    /** The cluster vouches that nothing was done; of a read, that it failed. */
    NOT_APPLIED,
    UNKNOWN
  }

  final int number;
  final Kind kind;
  final KeyHistory key;
  final int client;
  final String node;
  final int quorum;
  final boolean sloppy;
  final long start;

  /** What the writer had seen, null for a blind write. */
  final @Nullable CausalContext seen;

  /** Numbers of the dots that {@link #seen} includes for certain. */
  final BitSet ancestors;

  Outcome outcome = Outcome.OPEN;
  long end = Long.MAX_VALUE;
  String detail = "";
  @Nullable Dot dot;
  boolean observed;
  boolean superseded;

  /** Some delete may have superseded it, or what superseded it. */
  boolean deleted;

  Op(
      int number,
      Kind kind,
      KeyHistory key,
      int client,
      String node,
      int quorum,
      boolean sloppy,
      long start,
      @Nullable CausalContext seen,
      BitSet ancestors) {
    this.number = number;
    this.kind = kind;
    this.key = key;
    this.client = client;
    this.node = node;
    this.quorum = quorum;
    this.sloppy = sloppy;
    this.start = start;
    this.seen = seen;
    this.ancestors = ancestors;
  }

  boolean isWrite() {
    return kind != Kind.READ;
  }

  /** Whether this write may have superseded the other one, which was there to be superseded. */
  boolean maySupersede(Op other) {
    if (other.equals(this) || !isWrite() || outcome == Outcome.NOT_APPLIED) {
      return false;
    }
    if (seen != null) {
      return other.dot != null && ancestors.get(key.numberOf(other.dot));
    }
    return !(outcome == Outcome.OK && end < other.start);
  }

  @Override
  public String toString() {
    String what = kind == Kind.READ ? "r=" + quorum : "w=" + quorum;
    String with = !isWrite() ? "" : seen == null ? " blind" : " seen " + seen + " " + ancestors;
    return String.format(
        "%10s client %d %s #%d at %s %s%s%s -> %s%s %s",
        millis(start),
        client,
        kind,
        number,
        node,
        what,
        sloppy ? " sloppy" : "",
        with,
        outcome,
        end == Long.MAX_VALUE ? "" : " at " + millis(end),
        detail);
  }

  static String millis(long nanos) {
    return String.format("%.3f", nanos / 1e6);
  }
}
