/**
 * What the services write into their logs, with every level on: nothing of a person, no password, no token. Everything
 * that somebody sends here carries a mark, and services are made to fail while they have it in hand.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { breakEach, loseWallet, parkSomething } from './broken.js';
import { byHand, byLetter, byOwners, classOf, LETTER_KEYS, misuse, person, SERVICES } from './marked.js';
import { demo } from './story.js';
import { type System, startSystem } from './system.js';

const mark = `mark${randomBytes(4).toString('hex')}`;
const tokens: string[] = [];

let system: System;
let logs: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  system = await startSystem({ settings: { LOG_LEVEL: 'trace' }, settingsOf: { identity: { LETTER_KEYS } } });
  const stage = { system, mark, tokens };
  const admin = await demo(system.gateway, 'admin');
  const [teacher, student] = [await person(stage, 'teacher'), await person(stage, 'student')];
  const people = { admin, teacher, student };
  await misuse(stage, student);
  const session = await classOf(stage, people);
  await byLetter(stage, student);
  await byHand(stage, people, session);
  await byOwners(stage, people);
  await breakEach(stage, people);
  await parkSomething(stage);
  await loseWallet(stage, people);
  const processes = SERVICES.flatMap((service) => system.processes(service));
  await system.stop();
  logs = Object.fromEntries(processes.map((one) => [one.service, one.said()]));
}, 240_000);
afterAll(() => system.stop());

describe.each(SERVICES)('the log of %s', (service) => {
  const lines = () => logs[service]!.split('\n').filter((line) => line !== '');

  test('has something to hide: it tells of its start and of what failed, in lines of JSON', () => {
    const levels = lines().map((line) => (JSON.parse(line) as { level: string }).level);
    // Of very much only the end is kept; this was said first.
    expect(logs[service]).toMatch(/"msg":"(ready|gateway listens)"/);
    expect(levels).toContain(service === 'gateway' ? 'warn' : 'error');
  });

  test('has nothing that was sent, and nothing that looks like an address, a token or a password', () => {
    for (const line of lines()) {
      expect(line).not.toContain(mark);
      for (const token of tokens) expect(line).not.toContain(token);
      expect(line).not.toMatch(/eyJ[\w-]+\.|\$argon2|:\/\/[^/\s"]+:[^/\s"]+@/);
      expect(line).not.toMatch(/[\w.+-]+@[\w-]+\.[a-z]{2,}/i);
    }
  });
});
