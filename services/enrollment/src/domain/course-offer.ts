/** What of a course a student buys, and what each session of it costs. Source: domain.md, 'Buying'. */
import { split } from '@rollcall/contracts/money';
import { conflict, type DomainError } from '@rollcall/kit/errors';
import { alreadyBought, hasStarted, notOnSale, type Offer, ownCourse, soldOut } from './purchase.js';

export type CourseOffer = Pick<Offer, 'teacherId' | 'courseStatus'>;

/** What is sold of a course: its sessions that are neither cancelled nor started, the earliest first. */
export const stillToCome = (sessions: readonly Offer[], now: Date): Offer[] =>
  sessions.filter((one) => one.status !== 'cancelled' && !hasStarted(one, now)).sort(byStart);

/**
 * What each session has of the course's price, by its id: of all that are not cancelled, in proportion to their prices. The
 * shares of those that have started are part of the sum and bought by nobody.
 */
export function sharesOf(price: number, sessions: readonly Offer[]): Map<string, number> {
  const counted = sessions.filter(({ status }) => status !== 'cancelled').sort(byStart);
  if (counted.length === 0) return new Map();
  const shares = split(
    price,
    counted.map((session) => session.price),
  );
  return new Map(counted.map(({ id }, index) => [id, shares[index] as number]));
}

/** Units left over go to the earliest; a course may have two sessions at one time, but not of one number. */
const byStart = (a: Offer, b: Offer): number =>
  a.startsAt.getTime() - b.startsAt.getTime() || a.number - b.number;

/** May this student buy the rest of this course now? Returns the reason why not. */
export function courseRefusal(
  { teacherId, courseStatus }: CourseOffer,
  toCome: readonly Offer[],
  studentId: string,
): DomainError | undefined {
  if (teacherId === studentId) return ownCourse();
  if (courseStatus !== 'published') return notOnSale();
  if (toCome.length === 0)
    return conflict(
      'nothing-left',
      'Every session of this course has started or was cancelled, so nothing is left to buy. Choose another course.',
    );
  const bought = toCome.filter((session) => session.bought);
  if (bought.length > 0) return alreadyBought(bought);
  const full = toCome.filter(
    ({ maxStudents, seatsTaken }) => maxStudents !== null && seatsTaken >= maxStudents,
  );
  return full.length > 0 ? soldOut(full) : undefined;
}
