package org.quorate.ring;

/**
 * A node as the ring knows it.
 *
 * @param name unique in the cluster
 * @param peer where other nodes reach it, {@code host:port}
 * @param zone what may fail together, empty if unknown: owners are spread over zones
 */
public record Member(String name, String peer, String zone) {
  /** {@code NAME=HOST:PORT@ZONE}, as in options. */
  @Override
  public String toString() {
    return name + "=" + peer + (zone.isEmpty() ? "" : "@" + zone);
  }
}
