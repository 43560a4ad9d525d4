/**
 * W3C trace context, always; spans, only where an OTLP endpoint is set. Spans are made by hand at the seams we own
 * (request, statement batch, publish, consume): one trace from the gateway to the last consumer without patching.
 */
import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { pooledBytes } from './random.js';

export { SpanKind };

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

export interface Trace {
  readonly traceparent: string;
  /** 32 hexadecimal digits; also the request id and the correlation id. */
  readonly traceId: string;
}

/** The trace a caller sent, or a new one: a header that is none is not an error of the caller's business. */
export function traceOf(traceparent: string | undefined): Trace {
  const given = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  const traceId = given?.[1];
  if (traceparent !== undefined && traceId !== undefined && !/^0+$/.test(traceId))
    return { traceparent, traceId };
  const random = pooledBytes(24).toString('hex');
  const fresh = random.slice(0, 32);
  return { traceparent: `00-${fresh}-${random.slice(32)}-01`, traceId: fresh };
}

export interface SpanOptions {
  readonly kind: SpanKind;
  readonly parent: string | undefined;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/**
 * Runs `act` in a span under `parent` and hands it the traceparent to send on. Without an endpoint the span is nothing
 * and the parent is handed on as it is.
 */
export async function inSpan<Result>(
  name: string,
  { kind, parent, attributes }: SpanOptions,
  act: (traceparent: string | undefined, span: Span) => Promise<Result>,
): Promise<Result> {
  const from =
    parent === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
  const span = trace.getTracer('rollcall').startSpan(name, { kind, attributes }, from);
  const carrier: { traceparent?: string } = {};
  propagation.inject(trace.setSpan(from, span), carrier);
  try {
    return await context.with(trace.setSpan(from, span), () => act(carrier.traceparent ?? parent, span));
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** Starts sending spans to `endpoint` (OTLP over HTTP). Returns how to flush and stop; nothing is loaded without one. */
export async function startTracing(
  service: string,
  endpoint: string | undefined,
): Promise<() => Promise<void>> {
  if (endpoint === undefined) return async () => {};
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 500 })],
  });
  provider.register();
  return () => provider.shutdown();
}
