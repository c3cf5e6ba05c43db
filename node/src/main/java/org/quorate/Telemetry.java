package org.quorate;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.quorate.runtime.Tracing;

/**
 * Where traces go: as the standard {@code OTEL_*} variables say, and nowhere unless one of them
 * names an exporter or an endpoint (OpenTelemetry specification, "Environment Variable
 * Specification").
 */
final class Telemetry implements AutoCloseable {
  private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");
  private static final long FLUSH_SECONDS = 2;

  private final @Nullable OpenTelemetrySdk sdk;

  private Telemetry(@Nullable OpenTelemetrySdk sdk) {
    this.sdk = sdk;
  }

  /**
   * @throws io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException if a variable has a value
   *     that is not allowed; the message names it
   */
  static Telemetry of(NodeConfig config, Map<String, String> environment) {
    if (!isOn(environment)) {
      return new Telemetry(null);
    }
    return new Telemetry(
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(
                () -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none"))
            .addResourceCustomizer((given, properties) -> resource(config, given))
            .build()
            .getOpenTelemetrySdk());
  }

  /** What the variables say of the service counts more; without them its name is "unknown". */
  private static Resource resource(NodeConfig config, Resource given) {
    Resource self =
        Resource.create(
            Attributes.of(
                AttributeKey.stringKey("service.instance.id"), config.name(),
                AttributeKey.stringKey("quorate.cluster"), config.cluster()));
    String name = given.getAttribute(SERVICE_NAME);
    boolean isNamed = name != null && !name.startsWith("unknown_service");
    Resource merged = self.merge(given);
    return isNamed ? merged : merged.merge(Resource.create(Attributes.of(SERVICE_NAME, "quorate")));
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

  /** Sends what is left, if that does not take long. */
  @Override
  public void close() {
    if (sdk != null) {
      var unused = sdk.getSdkTracerProvider().shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
    }
  }
}
