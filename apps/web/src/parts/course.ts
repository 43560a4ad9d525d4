/** What may be said of a course before it is bought. */
import type { Course, Session } from '@rollcall/contracts/api/enrollment';
import { type Money, money, split, sum } from '@rollcall/contracts/money';

/** Sessions that can still be bought, the next one first. */
export const toCome = (sessions: readonly Session[], now = Date.now()): Session[] =>
  sessions
    .filter(({ status, startsAt }) => status === 'scheduled' && Date.parse(startsAt) > now)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));

/**
 * What the course costs by now: its price shared over the sessions that are not cancelled, the shares of those that have
 * begun left out. The purchase decides; this says it before. Source: domain.md, 'Buying'.
 */
export function priceOfRest({ price, sessions }: Course, now = Date.now()): Money {
  const standing = sessions
    .filter(({ status }) => status !== 'cancelled')
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));
  if (standing.length === 0) return money(0, price.currency);
  const shares = split(
    price.amount,
    standing.map((session) => session.price.amount),
  );
  const left = new Set(toCome(sessions, now).map(({ id }) => id));
  return money(sum(shares.filter((_share, index) => left.has(standing[index]!.id))), price.currency);
}

/** When a session is planned to end. */
export const endOf = ({ startsAt, durationMinutes }: Pick<Session, 'startsAt' | 'durationMinutes'>): string =>
  new Date(Date.parse(startsAt) + durationMinutes * 60_000).toISOString();
