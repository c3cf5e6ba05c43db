package org.quorate.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Many requests at once, and what became of them. */
final class Traffic {
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

  static HttpRequest put(String url, String body) {
    return HttpRequest.newBuilder(URI.create(url))
        .timeout(Duration.ofSeconds(20))
        .PUT(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  static HttpRequest get(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20)).build();
  }

  /** Sends so many requests, some at a time, and waits for all answers. */
  void send(int count, int atOnce, IntFunction<HttpRequest> request) throws InterruptedException {
    Semaphore room = new Semaphore(atOnce);
    for (int i = 0; i < count; i++) {
      room.acquire();
      start(request.apply(i), room);
    }
    room.acquire(atOnce);
  }

  /** Sends so many requests a second, whatever becomes of them, until it is enough. */
  void sendAtRate(int perSecond, IntFunction<HttpRequest> request, Enough enough) throws Exception {
    Semaphore room = new Semaphore(Integer.MAX_VALUE);
    AtomicInteger sent = new AtomicInteger();
    long began = System.nanoTime();
    while (!enough.reached()) {
      long due = (System.nanoTime() - began) * perSecond / TimeUnit.SECONDS.toNanos(1);
      while (sent.get() < due) {
        start(request.apply(sent.getAndIncrement()), room);
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
    room.acquire(Integer.MAX_VALUE);
  }

  interface Enough {
    boolean reached() throws Exception;
  }

  private void start(HttpRequest request, Semaphore room) {
    long began = System.nanoTime();
    client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .whenComplete(
            (answer, e) -> {
              nanos.add(System.nanoTime() - began);
              if (e != null) {
                failures.add(request.uri() + " " + e);
              } else if (answer.statusCode() >= 300) {
                failures.add(request.uri() + " " + answer.statusCode() + " " + answer.body());
              }
              room.release();
            });
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  /** The latency that this share of the requests stayed under, milliseconds. */
  double millis(double share) {
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    return sorted.get((int) Math.min(sorted.size() - 1L, (long) (sorted.size() * share))) / 1e6;
  }
}
