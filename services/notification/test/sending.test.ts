/** Letters on their way: a real exchange of SMTP with a server that takes, refuses, hangs up, or is not there. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  paymentFailed,
  paymentSucceeded,
  subscriptionPastDue,
  subscriptionRenewed,
} from '@rollcall/contracts/events/billing';
import { purchaseActivated, purchaseCancelled } from '@rollcall/contracts/events/enrollment';
import { emailVerificationRequested } from '@rollcall/contracts/events/identity';
import { withdrawalCompleted } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { createLog } from '@rollcall/kit/log';
import { registry } from '@rollcall/kit/metrics';
import { seal } from '@rollcall/kit/sealed';
import { envelope, type TestDatabase, workOf } from '@rollcall/kit/testing';
import { createMail, MailError } from '../src/mail.js';
import { startSender } from '../src/sender.js';
import { forget } from '../src/use-cases/forget.js';
import { remind } from '../src/use-cases/remind.js';
import {
  hear,
  keyring,
  lettersTo,
  mailServer,
  openDatabase,
  purchaseData,
  refusal,
  sendDue,
  senderOf,
  session,
  until,
  usd,
  user,
  userData,
  withdrawn,
} from './support.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.db('letters').delete());

const payment = (paymentId: string, userId: string) => ({
  paymentId,
  userId,
  purpose: 'topup' as const,
  amount: usd(2500),
});

const HOUR = 3_600_000;
const later = (hours: number) => () => new Date(Date.now() + hours * HOUR);

/** A letter that waits, and whose it is. */
async function waiting(more: Parameters<typeof user>[1] = {}) {
  const who = await user(database.db, more);
  await hear(database.db, [withdrawn(withdrawalCompleted, who.userId, { status: 'completed' })]);
  return who;
}
const stateOf = async (userId: string) => (await lettersTo(database.db, userId))[0];

test('a letter goes out once, in text and HTML, to its reader, and its words are forgotten', async () => {
  const server = await mailServer();
  const who = await waiting({ locale: 'de-DE', displayName: 'Jürgen, "Q" <x@y.test>' });
  const sender = senderOf(database.db, server.url);
  expect(await sendDue(sender)).toEqual([true]);
  expect(await sendDue(sender)).toEqual([]);
  await server.stop();
  const letter = await stateOf(who.userId);
  expect(letter).toMatchObject({ status: 'sent', attempts: 1, content: null, next_attempt_at: null });
  expect(server.mails).toHaveLength(1);
  const [mail] = server.mails;
  expect(mail?.to_).toEqual([who.email]);
  expect(mail).toMatchObject({
    messageId: `<${letter.id}@rollcall.test>`,
    from: { name: 'Rollcall', address: 'letters@rollcall.test' },
    subject: expect.stringMatching(/^20,00\s\$ ausgezahlt$/),
    text: expect.stringContaining('Guten Tag Jürgen, "Q" <x@y.test>,'),
    html: expect.stringContaining('Jürgen, &quot;Q&quot; &lt;x@y.test&gt;'),
  });
});

test('a token is opened only on its way, and neither kept nor logged', async () => {
  const server = await mailServer();
  const { userId, displayName, locale } = userData();
  const token = seal(keyring, 'the-secret', `letter/${userId}`);
  const data = { userId, email: 'unseen@example.test', locale, displayName, token };
  const expiresAt = later(1)().toISOString();
  const heard = envelope(emailVerificationRequested, { ...data, expiresAt });
  await hear(database.db, [heard]);
  const lines: string[] = [];
  const log = createLog('notification', 'trace', { write: (line: string) => void lines.push(line) });
  await sendDue({ ...senderOf(database.db, 'smtp://127.0.0.1:1'), log });
  await sendDue({ ...senderOf(database.db, server.url, later(0.5)), log });
  await server.stop();
  expect(server.mails[0]?.text).toContain('https://app.example.com/verify-email#token=the-secret');
  const { rows } = await database.db.raw('select l::text as text from letters l');
  expect(lines.length).toBeGreaterThan(0);
  for (const kept of [...lines, ...rows.map(({ text }: { text: string }) => text)])
    expect(kept).not.toContain('the-secret');
  for (const line of lines) expect(line).not.toContain('unseen@');
});

test('two replicas with many letters send each of them once', async () => {
  const server = await mailServer();
  const readers: { email: string }[] = [];
  for (let n = 0; n < 30; n += 1) readers.push(await waiting());
  const clocks = Array.from({ length: 4 }, () => senderOf(database.db, server.url));
  await Promise.all(clocks.map(sendDue));
  await server.stop();
  const reached = server.mails.flatMap(({ to_ }) => to_);
  expect(reached.sort()).toEqual(readers.map(({ email }) => email).sort());
}, 60_000);

test('a mailbox that is not there is written to no more, until its owner has another', async () => {
  const server = await mailServer({
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith('gone') ? refusal(550, '5.1.1 <gone@example.test> unknown') : null),
  });
  const who = await waiting({ email: 'gone@example.test' });
  const sender = senderOf(database.db, server.url);
  await sendDue(sender);
  expect(await stateOf(who.userId)).toMatchObject({ status: 'suppressed', content: null });
  const [{ reason }] = await database.db('suppressions').where({ email: who.email });
  expect(reason).toBe('550 5.1.1 <(address)> unknown');
  await hear(database.db, [withdrawn(withdrawalCompleted, who.userId)]);
  await sendDue(sender);
  expect((await lettersTo(database.db, who.userId)).map(({ status }) => status)).toEqual([
    ...['suppressed', 'suppressed'],
  ]);
  await user(database.db, { ...who, email: 'there@example.test', version: 2 });
  await hear(database.db, [withdrawn(withdrawalCompleted, who.userId)]);
  await sendDue(sender);
  await server.stop();
  expect(server.mails.map(({ to_ }) => to_)).toEqual([['there@example.test']]);
});

test.each([
  ['puts it off', { onRcptTo: (_to, _session, done) => done(refusal(450, '4.2.0 greylisted')) }],
  [
    'lets us not send at all',
    { onMailFrom: (_from, _session, done) => done(refusal(550, '5.7.1 who are you')) },
  ],
  [
    'dislikes the text',
    { onData: (stream, _s, done) => void stream.resume().on('end', () => done(refusal(554, '5.6.0 no'))) },
  ],
] as [string, NonNullable<Parameters<typeof mailServer>[0]>][])(
  'a server that %s is asked again later, and nobody is suppressed',
  async (_what, rules) => {
    const [strict, kind] = [await mailServer(rules), await mailServer()];
    const who = await waiting();
    expect(await sendDue(senderOf(database.db, strict.url))).toEqual([true]);
    expect(await stateOf(who.userId)).toMatchObject({ status: 'waiting', attempts: 1 });
    expect(await sendDue(senderOf(database.db, kind.url))).toEqual([]);
    await sendDue(senderOf(database.db, kind.url, later(0.01)));
    await Promise.all([strict.stop(), kind.stop()]);
    expect(await stateOf(who.userId)).toMatchObject({ status: 'sent', attempts: 2 });
    expect(await database.db('suppressions').where({ email: who.email })).toEqual([]);
  },
);

test('a connection that ends in the middle of the text is no bounce; the letter comes again under its name', async () => {
  const ids: string[] = [];
  const rude = createServer((socket) => {
    socket.on('error', () => undefined).write('220 rude\r\n');
    let inText = false;
    socket.on('data', (bytes) => {
      const words = String(bytes);
      const id = /^Message-ID: (.*)$/im.exec(words)?.[1];
      if (id !== undefined) ids.push(id.trim());
      if (inText) return void socket.destroy();
      inText = /^DATA/m.test(words);
      socket.write(inText ? '354 go on\r\n' : '250 fine\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(rude, 'listening');
  const who = await waiting();
  const url = `smtp://127.0.0.1:${(rude.address() as AddressInfo).port}`;
  expect(await sendDue(senderOf(database.db, url))).toEqual([false]);
  expect(await stateOf(who.userId)).toMatchObject({ status: 'waiting', attempts: 1 });
  rude.close();
  const server = await mailServer();
  await sendDue(senderOf(database.db, server.url, later(0.01)));
  await server.stop();
  expect(ids).toEqual([server.mails[0]?.messageId]);
});

test('a replica that dies with a letter in hand leaves it to the others after its lease', async () => {
  const server = await mailServer();
  const who = await waiting();
  const dies = {
    ...senderOf(database.db, server.url),
    mail: { send: () => new Promise<void>(() => undefined) },
  };
  void sendDue(dies);
  await until(async () => (await stateOf(who.userId)).attempts > 0);
  expect(await sendDue(senderOf(database.db, server.url))).toEqual([]);
  await sendDue(senderOf(database.db, server.url, later(0.2)));
  await server.stop();
  expect(server.mails).toHaveLength(1);
  expect(await stateOf(who.userId)).toMatchObject({ status: 'sent', attempts: 2 });
});

test('who lost his lease does not say what became of the letter', async () => {
  const server = await mailServer();
  const who = await waiting();
  let release = () => {};
  const held = new Promise<void>((_resolve, reject) => {
    release = () => reject(new Error('at last'));
  });
  const slow = sendDue({ ...senderOf(database.db, server.url), mail: { send: () => held } });
  await until(async () => (await stateOf(who.userId)).attempts > 0);
  await sendDue(senderOf(database.db, server.url, later(0.2)));
  release();
  await slow;
  await server.stop();
  expect(await stateOf(who.userId)).toMatchObject({ status: 'sent', attempts: 2, last_error: null });
});

test('where TLS is asked for, a server without it is given nothing', async () => {
  const server = await mailServer();
  const who = await waiting();
  const mail = createMail({ url: server.url, from: 'letters@rollcall.test', tls: 'required' });
  await sendDue({ ...senderOf(database.db, server.url), mail });
  await server.stop();
  expect(server.mails).toEqual([]);
  expect(await stateOf(who.userId)).toMatchObject({ status: 'waiting', attempts: 1 });
});

test('to a relay whose certificate nobody signed a letter goes where TLS was waived, and nowhere else', async () => {
  const server = await mailServer({ disabledCommands: ['AUTH'] });
  const who = await waiting();
  const by = (tls: 'required' | 'offered' | 'never', hours: number) => ({
    ...senderOf(database.db, server.url, later(hours)),
    mail: createMail({ url: server.url, from: 'letters@rollcall.test', tls }),
  });
  await sendDue(by('required', 0));
  await sendDue(by('offered', 1));
  expect(await stateOf(who.userId)).toMatchObject({ status: 'waiting', attempts: 2 });
  await sendDue(by('never', 2));
  await server.stop();
  expect(await stateOf(who.userId)).toMatchObject({ status: 'sent', attempts: 3 });
});

test('what no server takes in two days is given up, with its words', async () => {
  const who = await waiting();
  for (let turn = 0; turn < 10; turn += 1) {
    await sendDue(senderOf(database.db, 'smtp://127.0.0.1:1', later(turn * 30)));
  }
  expect(await stateOf(who.userId)).toMatchObject({ status: 'failed', attempts: 10, content: null });
});

test('a reminder of a lesson that was given up meanwhile, or a token that ran out, is dropped', async () => {
  const { db } = database;
  const server = await mailServer();
  const student = await user(db);
  const lesson = await session(db, { startsAt: later(2)().toISOString() });
  const bought = purchaseData(student.userId, lesson);
  await hear(db, [envelope(purchaseActivated, bought)], later(-100)());
  await workOf(db, (work) => remind(work, 24));
  await hear(db, [envelope(purchaseCancelled, { ...bought, version: 3 })]);
  const token = seal(keyring, 'late', `letter/${student.userId}`);
  const { userId, email, locale, displayName } = student;
  const late = { userId, email, locale, displayName, token, expiresAt: later(-1)().toISOString() };
  await hear(db, [envelope(emailVerificationRequested, late)]);
  await sendDue(senderOf(db, server.url));
  await server.stop();
  const ended = (await lettersTo(db, student.userId)).map(({ kind, status }) => `${kind} ${status}`);
  expect(ended.sort()).toEqual([
    'email-verification dropped',
    'purchase-activated sent',
    'purchase-cancelled sent',
    'reminder dropped',
  ]);
});

test('that a payment failed is not told any more once it went through', async () => {
  const { db } = database;
  const server = await mailServer();
  const { userId } = await user(db);
  const failed = (paymentId: string) =>
    envelope(paymentFailed, { ...payment(paymentId, userId), reason: 'card_declined' });
  const [mended, other] = [newId(), newId()];
  await hear(db, [failed(mended), failed(other), envelope(paymentSucceeded, payment(mended, userId))]);
  await sendDue(senderOf(db, server.url));
  await server.stop();
  const ended = (await lettersTo(db, userId)).map(({ about, status }) => `${about} ${status}`);
  expect(ended.sort()).toEqual(
    [
      `payment/${mended}/failed dropped`,
      `payment/${mended}/received sent`,
      `payment/${other}/failed sent`,
    ].sort(),
  );
});

test('that a period is past due is not told any more once it is paid', async () => {
  const { db } = database;
  const server = await mailServer();
  const { userId } = await user(db);
  const of = (month: string) => ({
    ...{ subscriptionId, userId, planId: newId(), amount: usd(4000) },
    period: { startsAt: `2027-${month}-01T00:00:00.000Z`, endsAt: `2027-${month}-28T00:00:00.000Z` },
  });
  const subscriptionId = newId();
  await hear(db, [
    envelope(subscriptionPastDue, of('02')),
    envelope(subscriptionPastDue, of('03')),
    envelope(subscriptionRenewed, of('02')),
  ]);
  await sendDue(senderOf(db, server.url));
  await server.stop();
  const ended = (await lettersTo(db, userId)).map(({ kind, status }) => `${kind} ${status}`);
  expect(ended.sort()).toEqual([
    'subscription-past-due dropped',
    'subscription-past-due sent',
    'subscription-renewed sent',
  ]);
});

test('the sender sends by itself, and stops when it is told to', async () => {
  const server = await mailServer();
  const sender = startSender(senderOf(database.db, server.url));
  const who = await waiting();
  await until(async () => (await stateOf(who.userId)).status === 'sent');
  await sender.stop();
  await waiting();
  await server.stop();
  expect(server.mails).toHaveLength(1);
});

/** A way out that never comes back from these addresses, and notes in `sent` what reached all others. */
const hangingFor = (emails: readonly string[]) => {
  const sent: string[] = [];
  const send = async ({ to }: { to: string }) => {
    if (emails.includes(to)) await new Promise<void>(() => undefined);
    sent.push(to);
  };
  return { sent, sender: { ...senderOf(database.db, 'smtp://127.0.0.1:1'), mail: { send } } };
};

test('a letter that hangs holds up no other', async () => {
  const stuck = await waiting();
  for (let n = 0; n < 7; n += 1) await waiting();
  const { sent, sender } = hangingFor([stuck.email]);
  const running = startSender(sender, 100);
  await until(async () => sent.length === 7);
  await running.stop();
  expect(await stateOf(stuck.userId)).toMatchObject({ status: 'waiting', attempts: 1 });
});

test('letters that were tried before leave places to those that were not', async () => {
  const stuck: string[] = [];
  for (let n = 0; n < 7; n += 1) stuck.push((await waiting()).email);
  await database.db('letters').update({ attempts: 1 });
  const { sent, sender } = hangingFor(stuck);
  const running = startSender(sender, 100);
  const beingTried = async () => (await database.db('letters').where({ attempts: 2 })).length;
  await until(async () => (await beingTried()) >= 3);
  const { email } = await waiting();
  await until(async () => sent.includes(email));
  await running.stop();
  expect(await beingTried()).toBe(3);
});

const isAway = async () =>
  (await registry.getSingleMetric('notification_mail_server_away')?.get())?.values[0]?.value === 1;

test('a mail server that answers nobody is away, and the rest of the letters waits until it is back', async () => {
  for (let n = 0; n < 12; n += 1) await waiting();
  const running = startSender(senderOf(database.db, 'smtp://127.0.0.1:1'));
  await until(isAway);
  await sleep(1_000); // of the ten seconds that it pauses
  await running.stop();
  const untried = await database.db('letters').where({ attempts: 0 });
  expect(untried.length).toBeGreaterThanOrEqual(6);
});

test('of a letter that hangs to its end while others are answered it does not follow that the server is away', async () => {
  const [stuck, other] = [await waiting(), await waiting()];
  let giveUp = () => {};
  const hangs = new Promise<void>((_resolve, reject) => {
    giveUp = () => reject(new MailError({ code: undefined, command: undefined, response: 'took too long' }));
  });
  const mail = { send: ({ to }: { to: string }) => (to === stuck.email ? hangs : Promise.resolve()) };
  const running = startSender({ ...senderOf(database.db, 'smtp://127.0.0.1:1'), mail });
  await until(async () => (await stateOf(other.userId)).status === 'sent' && !(await isAway()));
  giveUp();
  await running.stop();
  expect(await stateOf(stuck.userId)).toMatchObject({ status: 'waiting', last_error: 'took too long' });
  expect(await isAway()).toBe(false);
});

test('what carries a token goes before what has waited longer', async () => {
  for (let n = 0; n < 12; n += 1) await waiting();
  const { userId, displayName, locale } = userData();
  const token = seal(keyring, 'the-secret', `letter/${userId}`);
  const data = { userId, email: 'hurry@example.test', locale, displayName, token };
  await hear(database.db, [
    envelope(emailVerificationRequested, { ...data, expiresAt: later(1)().toISOString() }),
  ]);
  const { sent, sender } = hangingFor([]);
  const running = startSender(sender);
  await until(async () => sent.length === 13);
  await running.stop();
  expect(sent[0]).toBe('hurry@example.test');
});

/** Where the database refuses once to keep that a letter was sent. */
async function refusingOnce(run: () => Promise<void>): Promise<void> {
  await database.db.raw(`
    create sequence tries;
    create function refuse_once() returns trigger language plpgsql as $$ begin
      if nextval('tries') = 1 then raise exception 'away'; end if;
      return new;
    end $$;
    create trigger refuse_once before update on letters
      for each row when (new.status = 'sent') execute function refuse_once();`);
  await run().finally(() =>
    database.db.raw('drop trigger refuse_once on letters; drop function refuse_once; drop sequence tries'),
  );
}

test('a letter that was sent while the database was away does not go out again', async () => {
  const server = await mailServer();
  const who = await waiting();
  await refusingOnce(async () => {
    await sendDue(senderOf(database.db, server.url));
    await sendDue(senderOf(database.db, server.url, later(0.2)));
  });
  await server.stop();
  expect(server.mails).toHaveLength(1);
  expect(await stateOf(who.userId)).toMatchObject({ status: 'sent', attempts: 1 });
});

test('once its lease is over it is not tried any more to keep that a letter was sent', async () => {
  const who = await waiting();
  let hours = 0;
  const send = async () => {
    hours = 0.2;
  };
  const slow = { ...senderOf(database.db, 'smtp://127.0.0.1:1', () => later(hours)()), mail: { send } };
  await refusingOnce(() => expect(sendDue(slow)).rejects.toThrow('away'));
  expect(await stateOf(who.userId)).toMatchObject({ status: 'waiting', attempts: 1 });
});

test('a server that never answers does not hold the stop', async () => {
  const hung = createServer((socket) => void socket.on('error', () => undefined).write('220 hung\r\n'));
  const sockets: Socket[] = [];
  hung.on('connection', (socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(hung, 'listening');
  const who = await waiting();
  const url = `smtp://127.0.0.1:${(hung.address() as AddressInfo).port}`;
  const sender = startSender(senderOf(database.db, url), 100);
  await until(async () => (await stateOf(who.userId)).attempts > 0);
  await sender.stop();
  expect(await stateOf(who.userId)).toMatchObject({ status: 'waiting', attempts: 1, last_error: null });
  for (const socket of sockets) socket.destroy();
  hung.close();
  await until(async () => (await stateOf(who.userId)).last_error !== null);
});

test('to whom a letter went is forgotten after its time, of none that waits; and it does not go out again', async () => {
  const server = await mailServer();
  const sent = await user(database.db);
  const news = withdrawn(withdrawalCompleted, sent.userId, { status: 'completed' });
  await hear(database.db, [news]);
  await sendDue(senderOf(database.db, server.url));
  await server.stop();
  const waits = await waiting();
  const forgetAt = (days: number) => workOf(database.db, (work) => forget(work, 90), later(days * 24)());
  await forgetAt(89);
  expect(await stateOf(sent.userId)).toMatchObject({ email: sent.email });
  await forgetAt(91);
  expect(await stateOf(sent.userId)).toMatchObject({ status: 'sent', email: null, last_error: null });
  expect(await stateOf(waits.userId)).toMatchObject({ status: 'waiting', email: waits.email });
  await hear(database.db, [envelope(withdrawalCompleted, news.data)]);
  expect(await lettersTo(database.db, sent.userId)).toHaveLength(1);
});
