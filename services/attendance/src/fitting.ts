import type { DataOf } from '@rollcall/contracts/event';
import type { sessionCompleted } from '@rollcall/contracts/events/attendance';

type Result = DataOf<typeof sessionCompleted>;

/** Characters of people: an event may have 4,000,000 in all. 10,000 people with one stretch each have 3,400,000. */
const LARGEST = 3_800_000;

/** Characters of one of the people without, of a stretch, and of what surrounds a disconnect reason. */
const PERSON = 230;
const STRETCH = 85;
const REASON = 3;

/**
 * The result as an event: of a class so large that it would not fit, every figure that is judged by and nobody's stretches
 * and disconnect reasons. They are in the records, for whoever asks.
 */
export function fitting(result: Result): Result {
  if (lengthOf(result.people) <= LARGEST) return result;
  return { ...result, people: result.people.map((one) => ({ ...one, intervals: [], disconnects: [] })) };
}

/** About as long as their JSON, which of a large class would be megabytes to throw away. */
const lengthOf = (people: Result['people']): number =>
  people.reduce(
    (sum, { userId, intervals, disconnects }) =>
      sum + PERSON + userId.length + intervals.length * STRETCH + lengthOfAll(disconnects),
    0,
  );

const lengthOfAll = (words: readonly string[]): number =>
  words.reduce((sum, word) => sum + word.length + REASON, 0);
