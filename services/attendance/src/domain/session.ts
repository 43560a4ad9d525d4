import type { Window } from './intervals.js';

/** What attendance must know of a session to judge when it is over. Times are milliseconds since 1970. */
export interface Session {
  readonly id: string;
  readonly teacherId: string;
  readonly startsAt: number;
  readonly durationMinutes: number;
}

/** Rules of time, in milliseconds. Source: attendance.md, 'How it is computed'. */
export interface Rules {
  /** Presence counts from this long before the start … */
  readonly before: number;
  /** … to this long after the end, when the session is completed whatever is still open. */
  readonly after: number;
  /** Quiet on our clock before a session is called complete: webhooks overtake each other. */
  readonly grace: number;
  /** Do callers by telephone count? */
  readonly sip: boolean;
}

const MINUTE = 60_000;

export const defaultRules: Rules = { before: 15 * MINUTE, after: 60 * MINUTE, grace: 10_000, sip: false };

/** The base of every percentage: an hour where a session has no length. */
export const scheduledMs = ({ durationMinutes }: Session): number => (durationMinutes || 60) * MINUTE;

export const endsAt = (session: Session): number => session.startsAt + scheduledMs(session);

/** Where presence counts. A class that moves is rescheduled; a room tested the day before is no attendance. */
export const windowOf = (session: Session, rules: Rules): Window => ({
  from: session.startsAt - rules.before,
  to: endsAt(session) + rules.after,
});

/** When what is heard shows that we could see a class: of its own rooms, and of any other or by a sweep. */
export interface Proof {
  readonly own: Window;
  readonly other: Window;
}

/**
 * Nothing shows it before the class starts, as an outage may begin between the two, and others' rooms do not once it has
 * ended: docs/decisions/0020.
 */
export const proofOf = (session: Session, rules: Rules): Proof => ({
  own: { from: session.startsAt, to: windowOf(session, rules).to },
  other: { from: session.startsAt, to: endsAt(session) },
});
