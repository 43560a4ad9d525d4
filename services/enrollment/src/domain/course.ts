import type { Money } from '@rollcall/contracts/money';
import { conflict, type FieldError, unprocessable } from '@rollcall/kit/errors';

export interface Draft {
  readonly price: Money;
  readonly sessions: readonly { readonly number: number; readonly price: Money }[];
}

/** A course has one currency and numbers each session once. Throws 422 naming every session that breaks it. */
export function checkDraft({ price, sessions }: Draft): void {
  const seen = new Set<number>();
  const errors: FieldError[] = [];
  for (const [index, session] of sessions.entries()) {
    if (session.price.currency !== price.currency)
      errors.push({
        path: `sessions.${index}.price.currency`,
        message: `must be ${price.currency}, the course's currency`,
      });
    if (seen.has(session.number))
      errors.push({
        path: `sessions.${index}.number`,
        message: `${session.number} is taken by another session`,
      });
    seen.add(session.number);
  }
  if (errors.length > 0)
    throw unprocessable(
      'inconsistent-course',
      'A course has one currency, and each of its sessions a number of its own. Correct the fields named in errors.',
      errors,
    );
}

export type CourseStatus = 'draft' | 'published' | 'archived';

/** Only a draft goes on sale, and only with something left to buy. Throws 409 and 422. */
export function checkPublish(status: CourseStatus, starts: readonly Date[], now: Date): void {
  if (status !== 'draft')
    throw conflict('not-a-draft', `Only a draft can be published; this course is ${status} already.`);
  if (!starts.some((start) => start > now))
    throw unprocessable(
      'no-future-session',
      'All sessions of this course lie in the past. Draft a course with a session still to come, then publish it.',
    );
}

/** The video room of a session; its name leads from a webhook back to the session. */
export const roomName = (courseId: string, number: number): string => `course_${courseId}_session_${number}`;
