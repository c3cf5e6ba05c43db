package org.quorate.console;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks nodes over HTTP. Blocks. */
public final class NodeClient {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  /** The node answered, and not with what was asked for. */
  public static final class Refused extends IOException {
    private static final long serialVersionUID = 1;
    private final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }

    /** Of the HTTP answer. */
    public int status() {
      return status;
    }
  }

  /**
   * @param address {@code host:port}
   * @throws Refused if the answer is no JSON object with a status of 2xx
   */
  public JsonObject get(String address, String path) throws IOException, InterruptedException {
    return json(send(address, "GET", path, ""));
  }

  /** As {@link #get}. */
  public JsonObject post(String address, String path, JsonObject body)
      throws IOException, InterruptedException {
    return json(send(address, "POST", path, body.encode()));
  }

  /** Any answer. */
  public HttpResponse<String> send(String address, String method, String path, String body)
      throws IOException, InterruptedException {
    URI uri;
    try {
      uri = URI.create("http://" + address + path);
    } catch (IllegalArgumentException e) {
      throw new IOException("'" + address + "' is no address", e);
    }
    if (uri.getHost() == null) {
      throw new IOException("'" + address + "' is no address");
    }
    return client.send(
        HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static JsonObject json(HttpResponse<String> answer) throws Refused {
    JsonObject body;
    try {
      body = new JsonObject(answer.body());
    } catch (DecodeException e) {
      throw new Refused(answer.statusCode(), answer.uri() + " is not answered with JSON");
    }
    if (answer.statusCode() / 100 != 2) {
      throw new Refused(answer.statusCode(), body.getString("detail", answer.body()));
    }
    return body;
  }
}
