/** What became of events, counted by type. */
import type { Envelope } from '@rollcall/contracts/event';
import { counter, histogram } from './metrics.js';

const handled = counter('inbox_handled_total', 'Events by outcome', ['type', 'outcome']);

export const handleSeconds = histogram('inbox_handle_seconds', 'One transaction of a micro-batch', ['type']);

/** Of the events that came, these were fresh, and of those these were met too early. */
export function countHandled(
  came: readonly Envelope[],
  { fresh, early }: { fresh: readonly Envelope[]; early: readonly Envelope[] },
): void {
  for (const [type, count] of byType(came)) {
    const acted = countOf(fresh, type);
    const waits = early.length === 0 ? 0 : countOf(early, type);
    handled.inc({ type, outcome: 'done' }, acted - waits);
    if (waits > 0) handled.inc({ type, outcome: 'notYet' }, waits);
    if (count > acted) handled.inc({ type, outcome: 'duplicate' }, count - acted);
  }
}

export const countError = (type: string): void => handled.inc({ type, outcome: 'error' });
export const countParked = (routingKey: string): void => handled.inc({ type: routingKey, outcome: 'parked' });

function byType(events: readonly Envelope[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

const countOf = (events: readonly Envelope[], wanted: string): number =>
  events.reduce((count, { type }) => (type === wanted ? count + 1 : count), 0);
