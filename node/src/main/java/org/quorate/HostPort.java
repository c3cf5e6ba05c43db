package org.quorate;

/** A network address as users write it: {@code host:port}. */
record HostPort(String host, int port) {
  private static final String HOST = "[A-Za-z0-9._:%\\[\\]-]{1,253}"; // RFC 1035, or an IP address

  /**
   * @throws IllegalArgumentException if the text is not one; the message says what is allowed
   */
  static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    boolean isPort = port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65535;
    if (!host.matches(HOST) || !isPort) {
      throw new IllegalArgumentException(
          "HOST:PORT with a host of 1 to 253 characters and a port of 0 to 65535");
    }
    return new HostPort(host, Integer.parseInt(port));
  }

  /** The same port of this host, where this is the address of all of a host's interfaces. */
  HostPort reachedAt(String name) {
    return host.equals("0.0.0.0") || host.equals("::") ? new HostPort(name, port) : this;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
