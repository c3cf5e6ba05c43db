package org.quorate.coordinator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.replica.Cluster;

/** A quorum operation that failed, with all that its caller may want to know. */
public final class QuorumException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The kinds of failure, in the words of the HTTP contract. */
  public enum Kind {
    /** Too few owners are up; nothing was sent. */
    QUORUM_UNREACHABLE,
    /** Sent, and too few answered in time. */
    QUORUM_TIMEOUT,
    /** The key's bucket has got another n since the caller looked; nothing was sent. */
    OTHER_N,
    /** Owners refused for lack of room. */
    OVERLOADED,
    /** Owners refused because their disks are full. */
    DISK_FULL,
    /** The write would leave too many siblings. */
    TOO_MANY_SIBLINGS
  }

  /** One owner's part, e.g. {@code n2 timeout}. */
  public record Part(String node, String result) {}

  private final Kind kind;
  private final boolean notApplied;
  private final int required;
  private final int acked;
  private final transient List<Part> parts;

  QuorumException(
      Kind kind,
      boolean notApplied,
      int required,
      List<Cluster.Owner> owners,
      @Nullable ReplyBoard replies) {
    super(kind.name(), null, false, false);
    this.kind = kind;
    this.notApplied = notApplied;
    this.required = required;
    this.acked = replies == null ? 0 : replies.acks();
    this.parts = new ArrayList<>();
    for (int i = 0; i < owners.size(); i++) {
      Cluster.Owner owner = owners.get(i);
      String word =
          replies != null
              ? replies.words().get(i)
              : owner.health().isUp() ? "not asked" : "unreachable";
      parts.add(new Part(owner.name(), word));
    }
  }

  public Kind kind() {
    return kind;
  }

  /** It is certain that nothing was applied. */
  public boolean isNotApplied() {
    return notApplied;
  }

  public int required() {
    return required;
  }

  public int acked() {
    return acked;
  }

  public List<Part> parts() {
    return parts;
  }
}
