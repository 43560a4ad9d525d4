import { describe, expect, test } from '@jest/globals';
import { compose, LANGUAGES } from './compose.js';
import type { Content, Reader } from './letter.js';
import { samples } from './samples.js';

const reader: Reader = { name: 'Ann', locale: 'en', timeZone: 'Europe/Berlin' };
const base = 'https://app.example.com/';
const yen = (locale: string, amount: { amount: number; currency: string }): string =>
  compose({ kind: 'debt-opened', facts: { amount, cause: 'clawback' } }, { ...reader, locale }, base).subject;
const reminder = (startsAt: string, more: Partial<Reader>) =>
  compose(
    { kind: 'reminder', facts: { lesson: { title: 'Algebra', startsAt }, durationMinutes: 60 } },
    { ...reader, ...more },
    base,
  ).text;

/** Go to addresses that nobody has proved to be his. */
const SECRETS = ['email-verification', 'password-reset'];
const all = Object.keys(LANGUAGES).flatMap((locale) =>
  samples.map((one) => [locale, one.kind, one] as const),
);

describe.each(all)('in %s the letter %s', (locale, kind, content) => {
  const hostile = { ...reader, locale, name: '<img src=x onerror=alert(1)>\r\nBcc: all@example.com' };
  const { subject, text, html } = compose(content, hostile, base);

  test('says everything it should, and names its language', () => {
    for (const part of [subject, text, html]) expect(part).not.toMatch(/undefined|null|NaN|\[object/);
    expect(subject.length).toBeGreaterThan(5);
    expect(html).toContain(`<html lang="${locale}">`);
  });

  test('takes names and titles for text, never for HTML or another header', () => {
    expect(html).not.toMatch(/<img|<b>without/);
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).not.toMatch(/^Bcc:/m);
    const named = '&lt;img src=x onerror=alert(1)&gt; Bcc: all@example.com';
    expect(html.includes(named)).toBe(!SECRETS.includes(kind));
  });

  test('has the same link in both, to the web app', () => {
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
    for (const link of links) {
      expect(link).toMatch(/^https:\/\/app\.example\.com\/[a-z]/);
      expect(text).toContain(link);
    }
  });
});

test('every language says the same things, each in its own words', () => {
  for (const content of samples) {
    const [english, german] = ['en', 'de'].map(
      (locale) => compose(content, { ...reader, locale }, base).text,
    );
    expect([content.kind, english]).not.toEqual([content.kind, german]);
  }
});

test('amounts have the digits of their currency, in the manner of the reader', () => {
  expect(yen('en', { amount: 1234, currency: 'JPY' })).toBe('You owe ¥1,234');
  expect(yen('en', { amount: 1234, currency: 'BHD' })).toMatch(/^You owe BHD\s1\.234$/);
  expect(yen('de', { amount: 123456, currency: 'EUR' })).toMatch(/^Sie schulden 1\.234,56\s€$/);
  expect(yen('de-CH', { amount: 123456, currency: 'CHF' })).toMatch(/CHF\s1.234\.56$/);
});

test('a moment is told in the zone of the reader and names it, on both sides of the change to summer time', () => {
  expect(reminder('2027-03-28T00:30:00.000Z', {})).toMatch(/Sunday, March 28, 2027 at 01:30 AM GMT\+1/);
  expect(reminder('2027-03-28T01:30:00.000Z', {})).toMatch(/03:30 AM GMT\+2/);
  expect(reminder('2027-03-28T01:30:00.000Z', { timeZone: 'Pacific/Auckland' })).toMatch(/02:30 PM GMT\+13/);
  expect(reminder('2027-03-28T12:00:00.000Z', { locale: 'de' })).toMatch(
    /Sonntag, 28\. März 2027 um 14:00 MESZ/,
  );
});

test.each([
  ['fr-CA', 'America/Toronto', /Your lesson begins on Thursday.*(EST|GMT-5)/],
  ['not a locale', 'UTC', /Your lesson begins on Thursday, January 14, 2027/],
  ['en', 'Mars/Olympus', /UTC and takes 60/],
  ['DE-at', 'UTC', /Ihre Stunde beginnt am Donnerstag, 14\. Jänner 2027/],
])('who reads %s in %s is written to all the same', (locale, timeZone, words) => {
  expect(reminder('2027-01-14T12:00:00.000Z', { locale, timeZone })).toMatch(words);
});

test.each(['purchase-declined', 'purchase-expired'] as const)(
  'a %s that was paid by card says where the money is, and of any other that nothing was taken',
  (kind) => {
    const { facts } = samples.find((one) => one.kind === kind) as Extract<Content, { kind: typeof kind }>;
    const textOf = (fundedBy: string, locale: string) =>
      compose({ kind, facts: { ...facts, fundedBy } } as Content, { ...reader, locale }, base).text;
    expect(textOf('card', 'en')).toContain('Your card was charged; the money is in your credits.');
    expect(textOf('card', 'de')).toContain(
      'Ihre Karte wurde belastet; der Betrag steht als Guthaben bereit.',
    );
    for (const fundedBy of ['credits', 'subscription']) {
      expect(textOf(fundedBy, 'en')).toContain('Nothing was taken from you.');
      expect(textOf(fundedBy, 'de')).toContain('Es wurde Ihnen nichts berechnet.');
    }
  },
);

test('who cancels lessons of a subscription reads of lessons, not of money', () => {
  const { kind, facts } = samples.find((one) => one.kind === 'purchase-cancelled') as Extract<
    Content,
    { kind: 'purchase-cancelled' }
  >;
  const textOf = (fundedBy: string, locale: string) =>
    compose({ kind, facts: { ...facts, fundedBy } }, { ...reader, locale }, base).text;
  expect(textOf('credits', 'en')).toContain('went back to where it came from');
  expect(textOf('subscription', 'en')).toContain('The lessons can be booked by your subscription again.');
  expect(textOf('subscription', 'en')).not.toContain('went back to where it came from');
  expect(textOf('subscription', 'de')).toContain('mit Ihrem Abonnement wieder gebucht');
});

test.each([
  [
    'en',
    'The lesson can be booked by your subscription again.',
    'The lesson counts as one of your subscription.',
  ],
  [
    'de',
    'Die Stunde kann mit Ihrem Abonnement wieder gebucht werden.',
    'Die Stunde zählt als eine Ihres Abonnements.',
  ],
])(
  'whose lesson was by subscription reads of a lesson and of no money when it comes back, %s',
  (locale, back, used) => {
    const factsOf = <K extends Content['kind']>(kind: K) =>
      samples.find((one) => one.kind === kind)?.facts as Extract<Content, { kind: K }>['facts'];
    const [refund, correction] = [factsOf('refund'), factsOf('correction')];
    const textOf = (content: Content) => compose(content, { ...reader, locale }, base).text;
    const refunded = (amount: number) =>
      textOf({
        kind: 'refund',
        facts: { ...refund, refund: { ...refund.paid, amount }, bySubscription: true },
      });
    const corrected = (after: number) =>
      textOf({
        kind: 'correction',
        facts: { ...correction, after: { ...correction.price, amount: after }, bySubscription: true },
      });
    for (const write of [refunded, corrected]) {
      expect(write(123_456)).toContain(back);
      expect(write(100)).toContain(used);
      for (const amount of [123_456, 100]) expect(write(amount)).not.toMatch(/€|EUR/);
    }
    expect(
      textOf({ kind: 'correction', facts: { ...correction, of: 'teacher', bySubscription: true } }),
    ).toMatch(/€/);
  },
);

test('who was refunded reads of refunds in a correction, and who earns of a part', () => {
  const { kind, facts } = samples.find((one) => one.kind === 'correction') as Extract<
    Content,
    { kind: 'correction' }
  >;
  const textOf = (of: 'student' | 'teacher', locale: string) =>
    compose({ kind, facts: { ...facts, of } }, { ...reader, locale }, base).text;
  expect(textOf('student', 'en')).toMatch(/Refunded to you until now: .*\n- Refunded to you from now on/);
  expect(textOf('student', 'de')).toMatch(/Ihnen erstattet bisher: .*\n- Ihnen erstattet von nun an/);
  expect(textOf('teacher', 'en')).toContain('Your part from now on');
});

test('a name of more than 60 characters is cut', () => {
  const name = '𝒜'.repeat(61);
  expect(reminder('2027-01-14T12:00:00.000Z', { name })).toContain(`Hello ${'𝒜'.repeat(60)},`);
});

test('a share is never rounded up to the one that would have been enough', () => {
  const content = samples.find(({ kind }) => kind === 'refund') as Content;
  expect(compose(content, reader, base).text).toContain('Attended: 19.9%');
});
