package org.quorate.console;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A running cluster, asked through one of its nodes, or another where that one is gone. Blocks. */
public final class Cluster {
  private final NodeClient client = new NodeClient();
  private final String first;
  private final Map<String, String> members = new HashMap<>();
  private final Set<String> stopping = new HashSet<>();
  private String asked;

  /**
   * @param first where a node serves clients, {@code host:port}
   */
  public Cluster(String first) {
    this.first = first;
    this.asked = first;
  }

  /** {@code GET /v1/cluster} of a node that answers. */
  public JsonObject status() throws IOException, InterruptedException {
    JsonObject status = any("/v1/cluster");
    for (JsonObject member : Json.objects(status, "members")) {
      String http = member.getString("http");
      if (!http.isEmpty()) {
        members.put(member.getString("name"), http);
      }
    }
    return status;
  }

  /** {@code GET /v1/cluster/ring} of a node that answers. */
  public JsonObject ring() throws IOException, InterruptedException {
    return any("/v1/cluster/ring");
  }

  private JsonObject any(String path) throws IOException, InterruptedException {
    List<String> addresses = new ArrayList<>(members.values());
    addresses.remove(first);
    addresses.add(0, first);
    addresses.sort(Comparator.comparing(stopping::contains));
    IOException problem = new IOException("nobody was asked");
    for (String address : addresses) {
      try {
        asked = address;
        return client.get(address, path);
      } catch (NodeClient.Refused e) {
        throw e;
      } catch (IOException e) {
        problem = address.equals(first) ? e : problem;
      }
    }
    throw unreachable(problem);
  }

  private IOException unreachable(IOException e) {
    String why = e instanceof ConnectException ? "connection refused" : e.getMessage();
    return new IOException("the node at " + first + " cannot be asked: " + why, e);
  }

  /**
   * The node that was asked last stops: others are asked first from now on.
   *
   * @return whether that was not known yet
   */
  boolean turnAway() {
    return stopping.add(asked);
  }

  /**
   * Changes the members.
   *
   * @param kind {@code join}, {@code leave}, {@code replace}, {@code abort} or {@code force}
   * @throws NodeClient.Refused if it is refused, or not decided on
   */
  public JsonObject change(String kind, JsonObject body) throws IOException, InterruptedException {
    try {
      return client.post(first, "/v1/cluster/" + kind, body);
    } catch (NodeClient.Refused e) {
      throw e;
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw unreachable(e);
    } catch (IOException e) {
      throw new IOException(
          "the node at " + first + " did not answer; the change may have begun all the same", e);
    }
  }

  /** What the change would do. */
  public JsonObject plan(String kind, JsonObject body) throws IOException, InterruptedException {
    try {
      return client.post(first, "/v1/cluster/" + kind + "?plan=true", body);
    } catch (NodeClient.Refused e) {
      throw e;
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /**
   * What the nodes have that take part in these moves, as far as they can be asked.
   *
   * @param moving as in {@code /v1/cluster/ring}
   */
  public Sizes sizes(List<JsonObject> moving) throws InterruptedException {
    Map<String, Map<Integer, Long>> bytes = new HashMap<>();
    for (String node : Moves.nodes(moving)) {
      String address = members.get(node);
      if (address != null) {
        try {
          bytes.put(node, bytes(client.get(address, "/v1/node/partitions")));
        } catch (IOException e) {
          bytes.remove(node);
        }
      }
    }
    return new Sizes(bytes);
  }

  private static Map<Integer, Long> bytes(JsonObject held) {
    Map<Integer, Long> bytes = new HashMap<>();
    for (JsonObject each : Json.objects(held, "partitions")) {
      bytes.put(each.getInteger("partition"), each.getLong("bytes"));
    }
    return bytes;
  }
}
