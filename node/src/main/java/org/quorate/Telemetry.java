package org.quorate;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Tracing;

/**
 * Where traces go: as the standard {@code OTEL_*} variables say, and nowhere unless one of them
 * names an exporter or an endpoint (OpenTelemetry specification, "Environment Variable
 * Specification").
 */
final class Telemetry implements AutoCloseable {
  private final @Nullable OpenTelemetrySdk sdk;

  private Telemetry(@Nullable OpenTelemetrySdk sdk) {
    this.sdk = sdk;
  }

  /**
   * @throws RuntimeException if a variable has a value that is not allowed; the message names it
   */
  static Telemetry of(NodeConfig config, Map<String, String> environment) {
    if (!isOn(environment)) {
      return new Telemetry(null);
    }
    AttributeKey<String> instance = AttributeKey.stringKey("service.instance.id");
    AttributeKey<String> cluster = AttributeKey.stringKey("quorate.cluster");
    Attributes self = Attributes.of(instance, config.name(), cluster, config.cluster());
    return new Telemetry(
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(
                () ->
                    Map.of(
                        "otel.service.name", "quorate",
                        "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none"))
            .addResourceCustomizer((given, properties) -> Resource.create(self).merge(given))
            .build()
            .getOpenTelemetrySdk());
  }

  private static boolean isOn(Map<String, String> environment) {
    String exporter = environment.getOrDefault("OTEL_TRACES_EXPORTER", "");
    boolean hasEndpoint =
        !environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "").isEmpty()
            || !environment.getOrDefault("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "").isEmpty();
    boolean isDisabled = "true".equalsIgnoreCase(environment.get("OTEL_SDK_DISABLED"));
    return !isDisabled && (exporter.isEmpty() ? hasEndpoint : !exporter.equals("none"));
  }

  Tracing tracing() {
    return sdk == null ? Tracing.OFF : Tracing.by(sdk);
  }

  /** Sends what is left. */
  @Override
  public void close() {
    if (sdk != null) {
      sdk.close();
    }
  }
}
