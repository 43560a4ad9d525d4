import { expect, test } from '@jest/globals';
import { isBounce, nextTry } from './ladder.js';

const refused = (response: string, command = 'RCPT TO') =>
  isBounce({ code: Number(response.slice(0, 3)), command, response });

test.each([
  ['no such mailbox', '550 5.1.1 <a@b> unknown', true],
  ['no such domain', '550 5.1.2 no such host', true],
  ['a mailbox that is switched off', '550 5.2.1 disabled', true],
  ['an old server that says no code', '550 No such user here', true],
  ['an old server that says it otherwise', "551 User doesn't exist", true],
  ['a policy', '550 5.7.1 blocked', false],
  ['an old server that relays for nobody', '550 relay not permitted', false],
  ['an old server with a policy', '550 Administrative prohibition', false],
  ['a list of bad senders', '550 Host unknown to us: see our blacklist', false],
  ['no reason at all', '550 no', false],
  ['an address with such words in it', '550 <unknown@a.test> not now', false],
  ['our own address', '550 5.1.0 <a@b> Sender address rejected: User unknown', false],
  ['relaying denied, which is our own mistake', '554 5.7.1 Relay access denied', false],
  ['a full mailbox', '552 5.2.2 over quota', false],
  ['a login that is wanted', '530 5.7.0 authenticate first', false],
  ['greylisting', '450 4.2.0 try again', false],
])('of %s the answer means: the address is gone? (%s)', (_what, response, gone) => {
  expect(refused(response)).toBe(gone);
});

test('what is said of the sender or the text says nothing of the recipient', () => {
  expect(refused('550 5.1.1 unknown', 'MAIL FROM')).toBe(false);
  expect(refused('550 no spam', 'DATA')).toBe(false);
  expect(isBounce({ code: undefined, command: undefined, response: 'connection lost' })).toBe(false);
});

test('a letter is tried ten times in two days, ever later, and then no more', () => {
  let now = new Date(0);
  const waits = [];
  for (let attempts = 1; attempts < 20; attempts += 1) {
    const next = nextTry(attempts, now);
    if (next === undefined) break;
    waits.push(next.getTime() - now.getTime());
    now = next;
  }
  expect(waits).toHaveLength(9);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(now.getTime() / 3_600_000).toBeGreaterThan(46);
});
