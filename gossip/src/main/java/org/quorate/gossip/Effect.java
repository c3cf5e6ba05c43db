package org.quorate.gossip;

/** What the driver is to do. */
public sealed interface Effect {
  /** Send a datagram. */
  record Send(String address, byte[] datagram) implements Effect {}

  /** Note that this is believed of a member now. */
  record Changed(View view) implements Effect {}

  /** Forget a member: it has been gone for long. */
  record Forgotten(String name) implements Effect {}

  /** Compare tables with this member: see {@link Gossip#question}. */
  record Compare(String name, String address) implements Effect {}

  /** A running process with another id has this member's name, and answered. */
  record NameTaken(String address) implements Effect {}
}
