package org.quorate.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quorate.bench.drive.Owners;
import org.quorate.bench.drive.Target;

/** What a node says of its cluster, over HTTP. */
final class Cluster {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int PROBES = 20;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final ObjectMapper json = new ObjectMapper();
  private final List<Target> targets;
  private final JsonNode facts;
  private int replicas;

  private Cluster(List<Target> targets) {
    this.targets = targets;
    this.facts = firstOf("/v1/cluster");
  }

  /**
   * Asks the first target that answers; nothing is known if none does, or it is no Quorate node.
   */
  static Cluster of(List<Target> targets) {
    return new Cluster(targets);
  }

  private JsonNode firstOf(String path) {
    for (Target target : targets) {
      JsonNode answer = get(target, path);
      if (answer.isObject()) {
        return answer;
      }
    }
    return json.createObjectNode();
  }

  private JsonNode get(Target target, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(target + path)).timeout(PATIENCE).build();
    try {
      var answer = client.send(request, BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? json.readTree(answer.body())
          : json.createObjectNode().missingNode();
    } catch (IOException e) {
      return json.createObjectNode().missingNode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  boolean isKnown() {
    return facts.has("members");
  }

  int n() {
    return replicas > 0 ? replicas : facts.path("defaults").path("n").asInt(3);
  }

  /** How many replicas a parameter means; by default as many as the bucket's. */
  int replicas(@Nullable String parameter, String name) {
    int quorum = n() / 2 + 1;
    if (parameter == null) {
      return replicas > 0 ? quorum : facts.path("defaults").path(name).asInt(quorum);
    }
    return switch (parameter) {
      case "one" -> 1;
      case "quorum" -> quorum;
      case "all" -> n();
      default -> Integer.parseInt(parameter);
    };
  }

  /** In a few words: {@code quorate, 3 members, epoch 1}. */
  String describe() {
    return isKnown()
        ? facts.path("cluster").asText()
            + ", "
            + facts.path("members").size()
            + " members, epoch "
            + facts.path("epoch").asInt()
        : "unknown";
  }

  /**
   * Sets the replicas of a bucket.
   *
   * @throws IllegalArgumentException if the store refuses
   */
  void setReplicas(String bucket, int n) throws IOException, InterruptedException {
    String path = "/v1/buckets/" + URLEncoder.encode(bucket, StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(targets.get(0) + path))
            .timeout(PATIENCE)
            .PUT(HttpRequest.BodyPublishers.ofString("{\"n\":" + n + "}"))
            .build();
    var answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IllegalArgumentException(
          "--n '"
              + n
              + "': "
              + targets.get(0)
              + " answered "
              + answer.statusCode()
              + " "
              + answer.body().strip());
    }
    replicas = n;
  }

  /**
   * A route by the ring.
   *
   * @throws IllegalArgumentException if the ring cannot be had, or places keys in another way
   */
  Owners owners(String bucket) {
    JsonNode layer = layer(firstOf("/v1/cluster/ring"), bucket);
    JsonNode partitions = layer.path("partitions");
    if (partitions.isEmpty()) {
      throw new IllegalArgumentException("--route owner: no target tells its ring");
    }
    int[][] orders = new int[partitions.size()][];
    for (int p = 0; p < orders.length; p++) {
      List<Integer> owners = new ArrayList<>();
      partitions.get(p).forEach(name -> add(owners, name.asText()));
      if (owners.isEmpty()) {
        throw new IllegalArgumentException(
            "--route owner: no owner of partition "
                + p
                + " is a target; the members are "
                + facts.path("members").findValuesAsText("http"));
      }
      orders[p] = Owners.order(owners, targets.size());
    }
    Owners route = new Owners(targets, bucket, orders);
    for (int i = 0; i < PROBES; i++) {
      String path = "/v1/replicas/" + URLEncoder.encode(bucket, StandardCharsets.UTF_8) + "/" + i;
      int partition = firstOf(path).path("partition").asInt(-1);
      if (partition != layer.path("first").asInt(0) + route.partition("" + i)) {
        throw new IllegalArgumentException("--route owner: this store places keys in another way");
      }
    }
    return route;
  }

  /** The part of the ring for keys with as many owners as the bucket's. */
  private JsonNode layer(JsonNode ring, String bucket) {
    String path = "/v1/buckets/" + URLEncoder.encode(bucket, StandardCharsets.UTF_8);
    int n = firstOf(path).path("n").asInt();
    for (JsonNode layer : ring.path("layers")) {
      if (layer.path("n").asInt() == n) {
        return layer;
      }
    }
    return ring;
  }

  /**
   * The names of the nodes that the targets are, in their order.
   *
   * @throws IllegalArgumentException if a target is none, or a member is no target
   */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (Target target : targets) {
      for (JsonNode member : facts.path("members")) {
        if (target.toString().equals("http://" + member.path("http").asText())) {
          names.add(member.path("name").asText());
        }
      }
    }
    if (names.size() != targets.size() || names.size() != facts.path("members").size()) {
      throw new IllegalArgumentException(
          "--staleness needs each node of the cluster as a target, and no other: "
              + facts.path("members").findValuesAsText("http"));
    }
    return names;
  }

  private void add(List<Integer> owners, String name) {
    for (JsonNode member : facts.path("members")) {
      if (member.path("name").asText().equals(name)) {
        String http = "http://" + member.path("http").asText();
        for (int i = 0; i < targets.size(); i++) {
          if (targets.get(i).toString().equals(http)) {
            owners.add(i);
          }
        }
      }
    }
  }
}
