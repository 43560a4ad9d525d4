import type { DataOf } from '@rollcall/contracts/event';
import { attendanceAmended, sessionCompleted } from '@rollcall/contracts/events/attendance';
import type { Work } from '@rollcall/kit/work';
import type { Presence } from '../domain/bounds.js';
import { instant } from '../domain/instant.js';
import { fitting } from '../fitting.js';

export type Result = DataOf<typeof sessionCompleted>;

/** The first version completes a session, a later one amends it. */
export function sayResult(work: Work, result: Result): void {
  const type = result.version === 1 ? sessionCompleted : attendanceAmended;
  work.emit(type, fitting(result), { version: result.version });
}

/** One person as events say it. */
export const presenceOf = ({ corrected, ...presence }: Presence): Result['teacher'] => ({
  ...presence,
  firstSeenAt: instant(presence.firstSeenAt),
  lastSeenAt: instant(presence.lastSeenAt),
  intervals: presence.intervals.map(({ from, to, exact }) => ({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    exact,
  })),
  disconnects: [...presence.disconnects],
  ...(corrected && { corrected }),
});
