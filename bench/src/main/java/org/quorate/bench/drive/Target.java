package org.quorate.bench.drive;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;

/** The address of a node, from a URL. */
public record Target(String host, int port) {
  /**
   * From {@code http://127.0.0.1:8080,…}.
   *
   * @throws IllegalArgumentException naming the URL that is wrong
   */
  public static List<Target> parseList(String urls) {
    return Arrays.stream(urls.split(",", -1)).map(Target::parse).toList();
  }

  private static Target parse(String url) {
    try {
      URI uri = new URI(url);
      boolean isBare = uri.getRawPath() == null || uri.getRawPath().matches("/?");
      if ("http".equals(uri.getScheme()) && uri.getHost() != null && isBare) {
        return new Target(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort());
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(notOne(url), e);
    }
    throw new IllegalArgumentException(notOne(url));
  }

  private static String notOne(String url) {
    return "'" + url + "' is not a URL such as http://127.0.0.1:8080";
  }

  @Override
  public String toString() {
    return "http://" + host + ":" + port;
  }
}
