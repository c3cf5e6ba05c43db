package org.quorate.it;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Requests as a test writes them. */
final class Http {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  record Answer(int status, java.net.http.HttpHeaders headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    String header(String name) {
      return headers.firstValue(name).orElse("");
    }

    String context() {
      return header("Quorate-Context");
    }
  }

  private Http() {}

  /** Header names and values alternate. */
  static Answer send(String method, String url, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(20))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<byte[]> answer =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    return new Answer(answer.statusCode(), answer.headers(), answer.body());
  }

  static Answer get(String url, String... headers) throws Exception {
    return send("GET", url, null, headers);
  }

  static Answer put(String url, String body, String... headers) throws Exception {
    return send("PUT", url, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  static Answer delete(String url, String... headers) throws Exception {
    return send("DELETE", url, null, headers);
  }

  /** Sends these very bytes and returns all that comes until the other side closes or is silent. */
  static String raw(int port, String bytes) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(1500);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[8192];
      try {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          answer.write(buffer, 0, n);
        }
        answer.write("<closed>".getBytes(StandardCharsets.US_ASCII));
      } catch (java.net.SocketTimeoutException e) {
        answer.write("<open>".getBytes(StandardCharsets.US_ASCII));
      }
      return answer.toString(StandardCharsets.ISO_8859_1);
    }
  }
}
