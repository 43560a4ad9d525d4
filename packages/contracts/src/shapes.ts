/** The small shapes that events and routes share. Input is checked here, at the wall, and nowhere again. */
import { z } from 'zod';
import { isCurrency, MAX_AMOUNT } from './money.js';

/** An id: UUID, made as version 7. Lower case inside, whatever case came in. */
export const Id = z.uuid({ error: 'must be a UUID' }).toLowerCase().meta({ id: 'Id' });

/** An instant as it leaves: RFC 3339 in UTC with milliseconds. */
export const Instant = z.iso
  .datetime({ precision: 3, error: 'must be RFC 3339 in UTC with milliseconds' })
  .meta({ id: 'Instant', example: '2026-11-20T10:00:00.000Z' });

const EARLIEST = Date.parse('2000-01-01T00:00:00Z');
const LATEST = Date.parse('2100-01-01T00:00:00Z');

/** An instant as it comes in: RFC 3339 with any offset, this century; turned into UTC with milliseconds. */
export const InstantInput = z.iso
  .datetime({
    offset: true,
    error: 'must be RFC 3339 with an offset, such as 2026-11-20T10:00:00Z',
    abort: true, // what follows would meet an invalid date, and toISOString throws on one
  })
  .refine((value) => Date.parse(value) >= EARLIEST && Date.parse(value) < LATEST, {
    error: 'must lie between 2000 and 2100',
    abort: true,
  })
  .overwrite((value) => new Date(value).toISOString());

export const Currency = z
  .string()
  .refine(isCurrency, 'must be an ISO 4217 code such as USD')
  .meta({ id: 'Currency', example: 'USD' });

const amount = z
  .int('must be a whole number of minor units')
  .min(-MAX_AMOUNT * 1000)
  .max(MAX_AMOUNT * 1000);

/** Money as it leaves, which may be negative (a debt). */
export const Money = z.object({ amount, currency: Currency }).meta({ id: 'Money' });

/** Money as it comes in: nothing negative, nothing absurd. */
export const MoneyInput = z
  .strictObject({
    amount: z
      .int('must be a whole number of minor units')
      .min(0, 'must not be negative')
      .max(MAX_AMOUNT, `must be at most ${MAX_AMOUNT}`),
    currency: Currency,
  })
  .meta({ id: 'MoneyInput' });

/** An amount above 0 as it comes in, its currency beside it in the same object. */
export const PositiveAmount = z
  .int('must be a whole number of minor units')
  .min(1, 'must be at least 1')
  .max(MAX_AMOUNT, `must be at most ${MAX_AMOUNT}`);

/** Characters PostgreSQL or UTF-8 cannot hold: NUL and halves of surrogate pairs. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Refuses characters that cannot be stored, so that no two different texts become one. */
export const storable = (schema: z.ZodString) =>
  schema.refine((value) => !UNSTORABLE.test(value), 'must not contain NUL or half of a surrogate pair');

/** Text of a person, trimmed: 1 to `max` characters (0 with `min` 0), storable. */
export const text = (max: number, min = 1) =>
  storable(
    z
      .string()
      .trim()
      .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
      .max(max, `must have at most ${max} characters`),
  );

/** An IANA time zone. Offsets such as +05:30 are none: PostgreSQL would read them with the other sign. */
export const TimeZone = text(64).refine(isTimeZone, 'must be an IANA time zone such as Europe/Warsaw');

function isTimeZone(value: string): boolean {
  // Newer runtimes know offsets; and CET and its like are to PostgreSQL abbreviations without summer time.
  if (!/^(UTC|GMT|[A-Za-z_]+\/.+)$/.test(value)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

export const Role = z.enum(['student', 'teacher', 'admin', 'finance']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

export type Money = z.infer<typeof Money>;
