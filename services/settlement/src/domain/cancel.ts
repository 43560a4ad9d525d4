/** May a hold be given back because its student gives the session up? Pure. Source: domain.md, 'Cancelling'. */

/** What is known here of a hold and its session, the row locked. */
export interface Cancellable {
  readonly status: 'held' | 'review' | 'disputed' | 'released' | 'refunded' | 'split';
  /** enrollment's version of the session; 0: not heard of. */
  readonly sessionVersion: number;
  readonly startsAt: Date | null;
  /** When the room was seen to have started, whenever that was heard. */
  readonly startedAt: Date | null;
}

/** What the request says of the session, as enrollment knew it when the student asked. */
export interface Asked {
  readonly requestedAt: Date;
  readonly sessionVersion: number;
  readonly startsAt: Date;
}

/** Why a hold is kept; a code. */
export type Kept = 'settled' | 'disputed' | 'session-started';

/**
 * Why the hold is not given back; undefined when it is. What counts is when the student asked, not when it is heard: a
 * class that has begun or ended meanwhile changes nothing until its money is decided. In review it is not, so one who
 * asked in time has it back from there; a dispute is a person's to decide.
 */
export function whyKept(hold: Cancellable, asked: Asked): Kept | undefined {
  if (hold.status === 'disputed') return 'disputed';
  if (hold.status !== 'held' && hold.status !== 'review') return 'settled';
  const isNewer = hold.startsAt !== null && hold.sessionVersion > asked.sessionVersion;
  const starts = isNewer ? hold.startsAt : asked.startsAt;
  const hasStarted = [starts, hold.startedAt].some((at) => at !== null && at <= asked.requestedAt);
  return hasStarted ? 'session-started' : undefined;
}
