import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { holdPaid } from '@rollcall/contracts/events/wallet';
import type { Work } from '@rollcall/kit/work';
import * as store from '../store/holds.js';

type HoldPaid = Envelope<DataOf<typeof holdPaid>>;

/** Notes when each hold was paid. Returns the events of holds that are not decided here yet: too early, not lost. */
export async function markPaid(work: Work, events: readonly HoldPaid[]): Promise<readonly HoldPaid[]> {
  const early = await store.markPaid(
    work.tx,
    events.map((event) => event.data),
  );
  return events.filter((_event, place) => early.has(place));
}
