/** When what came to nothing is tried again. */

/** Milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A time for the next try, given how many there were before it on this ladder. */
type Ladder<End> = (tries: number, now: Date) => Date | End;

/** Pauses in milliseconds, one a try; after the last of them `ever`, as long as it takes. */
export function ladder(pauses: readonly number[], ever: number): Ladder<never>;
/** The same; after the last of them null: it waits for a person. */
export function ladder(pauses: readonly number[]): Ladder<null>;
export function ladder(pauses: readonly number[], ever?: number): Ladder<null> {
  return (tries, now) => {
    const pause = pauses[tries] ?? ever;
    return pause === undefined ? null : new Date(now.getTime() + pause);
  };
}

/** Of what is ours alone to do: after 1 and 10 minutes, an hour, then daily. */
export const nextTry = ladder([MINUTE, 10 * MINUTE, HOUR], DAY);
