import type { DataOf } from '@rollcall/contracts/event';
import type { sessionCompleted } from '@rollcall/contracts/events/attendance';

type Result = DataOf<typeof sessionCompleted>;

/** Characters of people: an event may have 4,000,000 in all. 10,000 people with one stretch each have 3,400,000. */
const LARGEST = 3_800_000;

/**
 * The result as an event: of a class so large that it would not fit, every figure that is judged by and nobody's stretches
 * and disconnect reasons. They are in the records, for whoever asks.
 */
export function fitting(result: Result): Result {
  if (JSON.stringify(result.people).length <= LARGEST) return result;
  return { ...result, people: result.people.map((one) => ({ ...one, intervals: [], disconnects: [] })) };
}
