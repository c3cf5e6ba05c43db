package org.quorate.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.it.Await.eventually;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces, as a collector that speaks OTLP gets them. */
class TraceIT {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";

  @TempDir Path root;
  private HttpServer collector;
  private List<NodeProcess> nodes = List.of();
  private final List<Span> spans = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void collect() throws Exception {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          ExportTraceServiceRequest request =
              ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
          request
              .getResourceSpansList()
              .forEach(
                  from -> from.getScopeSpansList().forEach(s -> spans.addAll(s.getSpansList())));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
  }

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
    collector.stop(0);
  }

  private List<Span> trace(String id) {
    synchronized (spans) {
      return spans.stream()
          .filter(span -> HexFormat.of().formatHex(span.getTraceId().toByteArray()).equals(id))
          .toList();
    }
  }

  private static Map<String, String> attributes(Span span) {
    return span.getAttributesList().stream()
        .collect(Collectors.toMap(KeyValue::getKey, TraceIT::text));
  }

  private static String text(KeyValue attribute) {
    return attribute.getValue().hasIntValue()
        ? String.valueOf(attribute.getValue().getIntValue())
        : attribute.getValue().getStringValue();
  }

  private static Set<String> nodesOf(List<Span> trace, Span parent, String... names) {
    return trace.stream()
        .filter(span -> List.of(names).contains(span.getName()))
        .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
        .map(span -> attributes(span).get("quorate.node"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Span named(List<Span> trace, String name) {
    return trace.stream().filter(span -> span.getName().equals(name)).findAny().orElseThrow();
  }

  @Test
  void aWriteAndAReadShowEachReplicaThatTheyCalled() throws Exception {
    nodes =
        NodeProcess.cluster(
            root,
            3,
            Map.of(
                "OTEL_TRACES_EXPORTER", "otlp",
                "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "http://127.0.0.1:" + collector.getAddress().getPort(),
                "OTEL_BSP_SCHEDULE_DELAY", "100"));
    String url = nodes.get(0).url("/v1/kv/traced/secret-key");
    String caller = "00-" + TRACE + "-" + CALLER + "-01";
    assertEquals(204, Http.put(url + "?w=3", "secret-value", "traceparent", caller).status());
    eventually(() -> trace(TRACE).size() == 4);

    List<Span> put = trace(TRACE);
    Span request = named(put, "PUT /v1/kv/{bucket}/{key}");
    assertEquals(CALLER, HexFormat.of().formatHex(request.getParentSpanId().toByteArray()));
    Map<String, String> told = attributes(request);
    assertEquals("3", told.get("quorate.n"));
    assertEquals("3", told.get("quorate.w"));
    assertEquals("3", told.get("quorate.acks"));
    assertEquals("ok", told.get("quorate.outcome"));
    assertEquals("204", told.get("http.response.status_code"));
    assertEquals(1, nodesOf(put, request, "replica put").size());
    assertEquals(Set.of("n1", "n2", "n3"), nodesOf(put, request, "replica put", "replica merge"));
    assertTrue(
        put.stream().allMatch(span -> span.getEndTimeUnixNano() >= span.getStartTimeUnixNano()));

    String reading = TRACE.replace('4', '5');
    String reader = "00-" + reading + "-" + CALLER + "-01";
    assertEquals(200, Http.get(url + "?r=2", "traceparent", reader).status());
    eventually(() -> trace(reading).size() >= 3);
    List<Span> get = trace(reading);
    Span read = named(get, "GET /v1/kv/{bucket}/{key}");
    assertEquals("2", attributes(read).get("quorate.r"));
    assertTrue(nodesOf(get, read, "replica read").size() >= 2);

    nodes.get(2).kill();
    String refused = TRACE.replace('4', '7');
    Http.Answer answer =
        Http.put(url + "?w=all", "x", "traceparent", "00-" + refused + "-" + CALLER + "-01");
    assertTrue(answer.status() >= 500);
    eventually(() -> trace(refused).stream().anyMatch(s -> s.getName().startsWith("PUT")));
    Map<String, String> failed = attributes(named(trace(refused), request.getName()));
    assertEquals("3", failed.get("quorate.w"));
    assertTrue(Integer.parseInt(failed.get("quorate.acks")) < 3);
    assertTrue(failed.get("quorate.outcome").startsWith("quorum-"));

    String unsampled = TRACE.replace('4', '6');
    Http.get(url, "traceparent", "00-" + unsampled + "-" + CALLER + "-00");
    Http.put(url, "again");
    eventually(() -> spans.stream().filter(s -> s.getName().startsWith("PUT")).count() == 3);
    assertEquals(List.of(), trace(unsampled));
    assertTrue(spans.stream().noneMatch(span -> span.toString().contains("secret")));
  }

  @Test
  void anExporterThatIsNotThereIsNamedAtTheStart() throws Exception {
    Process process = start(Map.of("OTEL_TRACES_EXPORTER", "pigeon"));
    assertEquals(2, process.waitFor());
    String said = Files.readString(root.resolve("log"), StandardCharsets.UTF_8);
    assertTrue(said.contains("quorate: cannot start: ") && said.contains("pigeon"), said);
  }

  private Process start(Map<String, String> environment) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                NodeProcess.java(
                    "serve",
                    "--name",
                    "n1",
                    "--data",
                    root.resolve("n1").toString(),
                    "--http",
                    "127.0.0.1:0",
                    "--peer",
                    "127.0.0.1:0"))
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("log").toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }
}
