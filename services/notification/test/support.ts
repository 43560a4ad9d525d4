import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataOf, Envelope, EventType } from '@rollcall/contracts/event';
import { type purchaseActivated, sessionScheduled } from '@rollcall/contracts/events/enrollment';
import { userRegistered } from '@rollcall/contracts/events/identity';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { keyList } from '@rollcall/kit/sealed';
import { deliver, envelope, quietLog, testDatabase } from '@rollcall/kit/testing';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { consumers } from '../src/consumers.js';
import { createMail } from '../src/mail.js';
import { type SendContext, sendLetter, takeLetter } from '../src/use-cases/send-letters.js';

export const openDatabase = () => testDatabase(new URL('../migrations/', import.meta.url));
export const keyring = keyList.parse(`test:${Buffer.alloc(32, 'k').toString('base64')}`);
export const usd = (amount: number) => ({ amount, currency: 'USD' });

const heard = consumers(24);
export const hear = (db: Database, events: readonly Envelope[], now?: Date) =>
  deliver(db, heard, events, now === undefined ? {} : { now });

export type User = DataOf<typeof userRegistered>;
export const userData = (more: Partial<User> = {}): User => {
  const userId = newId();
  return {
    ...{ userId, roles: ['student'], displayName: 'Ann', email: `${userId}@example.test`, locale: 'en' },
    ...{ timeZone: 'UTC', referrerId: null, version: 1, ...more },
  };
};

export async function user(db: Database, more: Partial<User> = {}): Promise<User> {
  const data = userData(more);
  await hear(db, [envelope(userRegistered, data)]);
  return data;
}

type Session = DataOf<typeof sessionScheduled>;
export const sessionData = (more: Partial<Session> = {}): Session => ({
  ...{ sessionId: newId(), courseId: newId(), number: 1, teacherId: newId(), title: 'Algebra' },
  ...{
    startsAt: '2027-01-15T10:00:00.000Z',
    durationMinutes: 60,
    price: usd(1000),
    status: 'scheduled' as const,
  },
  ...{ version: 1, ...more },
});

export async function session(db: Database, more: Partial<Session> = {}): Promise<Session> {
  const data = sessionData(more);
  await hear(db, [envelope(sessionScheduled, data)]);
  return data;
}

type Purchase = DataOf<typeof purchaseActivated>;
export const purchaseData = (studentId: string, { sessionId, courseId, teacherId }: Session): Purchase => ({
  ...{ purchaseId: newId(), kind: 'session', studentId, teacherId, courseId, sessionIds: [sessionId] },
  ...{ fundedBy: 'credits', total: usd(1000), reason: null, refunded: usd(0), version: 2 },
});

export const withdrawn = (type: EventType<Withdrawal>, teacherId: string, more: Partial<Withdrawal> = {}) =>
  envelope(type, {
    withdrawalId: newId(),
    teacherId,
    amount: usd(2000),
    status: 'pending',
    reason: null,
    ...more,
  });
type Withdrawal = DataOf<typeof import('@rollcall/contracts/events/wallet').withdrawalRequested>;

/** Letters to somebody, oldest first. */
export const lettersTo = (db: Database, recipientId: string) =>
  db('letters').where({ recipient_id: recipientId }).orderBy('id');

export interface Server {
  readonly url: string;
  readonly mails: (Email & { readonly to_: readonly string[] })[];
  stop(): Promise<void>;
}

/** A real mail server that takes everything but what `rules` refuse. */
export async function mailServer(rules: SMTPServerOptions = {}): Promise<Server> {
  const mails: Server['mails'] = [];
  const server = new SMTPServer({
    ...{
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      logger: false,
      disableReverseLookup: true,
    },
    onData: (stream, { envelope: { rcptTo } }, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part) => parts.push(part));
      stream.on('end', async () => {
        mails.push({
          ...(await PostalMime.parse(Buffer.concat(parts))),
          to_: rcptTo.map(({ address }) => address),
        });
        done();
      });
    },
    ...rules,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export const refusal = (code: number, words: string) =>
  Object.assign(new Error(words), { responseCode: code });

export const senderOf = (db: Database, url: string, clock: () => Date = () => new Date()): SendContext => ({
  ...{ db, keyring, publicUrl: 'https://app.example.com', log: quietLog, clock },
  mail: createMail({ url, from: 'Rollcall <letters@rollcall.test>', tls: 'offered' }),
});

/** Sends what is due, letter by letter; returns what `sendLetter` says of each. */
export async function sendDue(context: SendContext): Promise<(boolean | undefined)[]> {
  const answered: (boolean | undefined)[] = [];
  for (;;) {
    const letter = await takeLetter(context, true);
    if (letter === undefined) return answered;
    answered.push(await sendLetter(context, letter));
  }
}

/** Waits, ten seconds at most, looking every 10 ms. */
export async function until(check: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 1_000; look += 1) {
    if (await check()) return;
    await sleep(10);
  }
  throw new Error('not within ten seconds');
}
