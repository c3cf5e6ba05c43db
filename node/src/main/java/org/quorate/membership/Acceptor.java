package org.quorate.membership;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.quorate.ring.ClusterState;

/**
 * What one node remembers of the chain: the newest decided state, and its votes on the next
 * (Lamport, "Paxos made simple", 2001). What {@link #memory()} returns must be on disk before an
 * answer is given.
 *
 * <p>Invariants: the promised ballot never falls within a slot; nothing is accepted below it; a
 * slot is forgotten only when its state, or a later one, is decided.
 */
final class Acceptor {
  /** How a vote was answered. */
  enum Vote {
    /** Promised, or accepted. */
    YES,
    /** A higher ballot was promised. */
    LATE,
    /** This node does not know the state before that. */
    BEHIND,
    /** The slot is decided. */
    DECIDED,
    /** This node has forgotten what it promised. */
    ABSTAINS
  }

  private ClusterState state;
  private Ballot promised = Ballot.NONE;
  private Ballot accepted = Ballot.NONE;
  private @Nullable ClusterState value;
  private volatile boolean hasForgotten;
  private long recalledSlot;

  Acceptor(ClusterState state) {
    this.state = state;
  }

  ClusterState state() {
    return state;
  }

  Ballot promised() {
    return promised;
  }

  Ballot accepted() {
    return accepted;
  }

  @Nullable ClusterState value() {
    return value;
  }

  /** This node may have voted, and does not know how. */
  void forget() {
    hasForgotten = true;
  }

  boolean hasForgotten() {
    return hasForgotten;
  }

  /** Whether it votes on the next slot all the same, because it has recalled its votes on that. */
  boolean isRecalled() {
    return recalledSlot == state.epoch() + 1;
  }

  /** Forgotten votes are of no account any more: the chain goes on from a forced state. */
  void forgive() {
    hasForgotten = false;
  }

  /**
   * What a majority of others has promised and accepted in the next slot stands for this node's own
   * forgotten votes: whatever can have been chosen with one of these was accepted by one of them,
   * and they promised not to accept it any more below this ballot.
   *
   * <p>If any of them has accepted something, the slot may be decided, and this node may have voted
   * in the one after it too. So it votes in this one only, and must ask again.
   *
   * @param highest ballot that any of them has accepted, with its value
   */
  void recall(Ballot promisedToThis, Ballot highest, @Nullable ClusterState its) {
    promised = promised.compareTo(promisedToThis) < 0 ? promisedToThis : promised;
    if (highest.compareTo(accepted) > 0) {
      accepted = highest;
      value = its;
    }
    hasForgotten = its != null;
    recalledSlot = state.epoch() + 1;
  }

  private @Nullable Vote objection(long slot, Ballot ballot) {
    if (slot <= state.epoch()) {
      return Vote.DECIDED;
    }
    if (slot > state.epoch() + 1) {
      return Vote.BEHIND;
    }
    if (hasForgotten && slot != recalledSlot) {
      return Vote.ABSTAINS;
    }
    return ballot.compareTo(promised) < 0 ? Vote.LATE : null;
  }

  /**
   * @param slot the epoch of the state to be decided
   */
  Vote prepare(long slot, Ballot ballot) {
    Vote objection = objection(slot, ballot);
    if (objection == null) {
      promised = ballot;
    }
    return objection == null ? Vote.YES : objection;
  }

  Vote accept(Ballot ballot, ClusterState proposed) {
    Vote objection = objection(proposed.epoch(), ballot);
    if (objection == null) {
      promised = ballot;
      accepted = ballot;
      value = proposed;
    }
    return objection == null ? Vote.YES : objection;
  }

  /** This state is decided. */
  boolean learn(ClusterState decided) {
    if (decided.epoch() <= state.epoch()) {
      return false;
    }
    state = decided;
    promised = Ballot.NONE;
    accepted = Ballot.NONE;
    value = null;
    return true;
  }

  String memory() {
    JsonObject json =
        new JsonObject()
            .put("state", StateCodec.encode(state))
            .put("promised", encode(promised))
            .put("accepted", encode(accepted))
            .put("forgotten", hasForgotten);
    return (value == null ? json : json.put("value", StateCodec.encode(value))).encode();
  }

  /**
   * @throws IllegalArgumentException if this is no such text
   */
  static Acceptor remembering(String memory) {
    JsonObject json = new JsonObject(memory);
    if (!json.containsKey("state")) {
      return new Acceptor(FirstState.decode(json));
    }
    Acceptor acceptor = new Acceptor(StateCodec.decode(json.getJsonObject("state")));
    acceptor.promised = ballot(json.getJsonArray("promised"));
    acceptor.accepted = ballot(json.getJsonArray("accepted"));
    acceptor.hasForgotten = json.getBoolean("forgotten");
    JsonObject value = json.getJsonObject("value");
    acceptor.value = value == null ? null : StateCodec.decode(value);
    return acceptor;
  }

  static JsonArray encode(Ballot ballot) {
    return new JsonArray().add(ballot.round()).add(ballot.proposer());
  }

  static Ballot ballot(JsonArray json) {
    return new Ballot(json.getLong(0), json.getString(1));
  }
}
