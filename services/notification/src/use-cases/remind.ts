import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { addLetters, type NewLetter } from '../store/letters.js';
import { type Reminder, takeReminders } from '../store/seats.js';

/** Letters of one transaction, and transactions of one turn: a class of 10,000 is reminded in two turns. */
const MOST = 500;
export const ROUNDS = 10;

/** Writes the reminders that are due, 500 at most. Returns whether there may be more. */
export async function remind(work: Work, hours: number): Promise<boolean> {
  const until = new Date(work.now.getTime() + hours * 3_600_000);
  const due = await takeReminders(work.tx, { now: work.now, until, most: MOST });
  await addLetters(work.tx, due.map(letterOf), work.now);
  return due.length === MOST;
}

function letterOf({
  sessionId,
  studentId,
  email,
  displayName,
  locale,
  timeZone,
  ...session
}: Reminder): NewLetter {
  const { title, startsAt, durationMinutes, version } = session;
  const at = startsAt.toISOString();
  return {
    id: newId(),
    // By version, not by time: who was told of another time meanwhile is told when it moves back.
    about: `session/${sessionId}/${version}`,
    recipientId: studentId,
    email,
    reader: { name: displayName, locale, timeZone },
    content: { kind: 'reminder', facts: { lesson: { title, startsAt: at }, durationMinutes } },
    expiresAt: startsAt,
  };
}
