/** The process's one registry. Label values are bounded: a route's pattern, never a URL; a type, never an id. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();

/** Node's own figures; called once by a running service, not in tests. */
export const collectProcessMetrics = (): void => collectDefaultMetrics({ register: registry });

/** A counter of this name, made at the first call. */
export const counter = <Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
) =>
  (registry.getSingleMetric(name) as Counter<Label> | undefined) ??
  new Counter({ name, help, labelNames, registers: [registry] });

export const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
  (registry.getSingleMetric(name) as Gauge<Label> | undefined) ??
  new Gauge({ name, help, labelNames, registers: [registry] });

/** Seconds, from half a millisecond to ten seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const histogram = <Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
) =>
  (registry.getSingleMetric(name) as Histogram<Label> | undefined) ??
  new Histogram({ name, help, labelNames, buckets: BUCKETS, registers: [registry] });

export const requestSeconds = histogram('http_request_duration_seconds', 'Requests by route pattern', [
  'route',
  'method',
  'status',
]);
