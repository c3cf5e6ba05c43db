package org.quorate.runtime;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spans of OpenTelemetry around requests and what they cause. Parents are named, not found in a
 * thread: one event loop serves many requests at once. Without tracing nothing is made.
 */
public final class Tracing {
  /** Traces nothing. */
  public static final Tracing OFF = new Tracing(null);

  private final @Nullable Tracer tracer;
  private final TextMapPropagator propagator;

  private Tracing(@Nullable OpenTelemetry telemetry) {
    this.tracer = telemetry == null ? null : telemetry.getTracer("org.quorate");
    this.propagator =
        telemetry == null
            ? TextMapPropagator.noop()
            : telemetry.getPropagators().getTextMapPropagator();
  }

  public static Tracing by(OpenTelemetry telemetry) {
    return new Tracing(telemetry);
  }

  /** The span of a request, a child of the one that its headers name. To be ended by the caller. */
  public <C> Span request(String name, C headers, TextMapGetter<C> getter) {
    if (tracer == null) {
      return Span.getInvalid();
    }
    return tracer
        .spanBuilder(name)
        .setParent(propagator.extract(Context.root(), headers, getter))
        .setSpanKind(SpanKind.SERVER)
        .startSpan();
  }

  /**
   * A part of what is traced by the parent, which may have ended; with that node. To be ended by
   * the caller.
   */
  public Span part(Span parent, String name, String node) {
    if (tracer == null || !parent.getSpanContext().isSampled()) {
      return Span.getInvalid();
    }
    return started(tracer.spanBuilder(name).setParent(Context.root().with(parent)), node);
  }

  /** A trace of its own around work that is done with another node. */
  public <T> Future<T> work(String name, String node, Supplier<Future<T>> call) {
    if (tracer == null) {
      return call.get();
    }
    return around(started(tracer.spanBuilder(name).setNoParent(), node), call);
  }

  private static Span started(SpanBuilder builder, String node) {
    return builder.setSpanKind(SpanKind.CLIENT).setAttribute("quorate.node", node).startSpan();
  }

  /** Calls; the span ends with what that gives. */
  public static <T> Future<T> around(Span span, Supplier<Future<T>> call) {
    if (!span.isRecording()) {
      return call.get();
    }
    return Hop.guarded(call)
        .onComplete(
            done -> {
              if (done.failed()) {
                span.setStatus(StatusCode.ERROR, String.valueOf(done.cause().getMessage()));
              }
              span.end();
            });
  }
}
