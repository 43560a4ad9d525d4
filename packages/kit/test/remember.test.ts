import { describe, expect, test } from '@jest/globals';
import { unauthenticated } from '../src/errors.js';
import { remember } from '../src/remember.js';

const tokenUntil = (exp: number, name = 'a') =>
  `x.${Buffer.from(JSON.stringify({ exp, name })).toString('base64url')}.x`;

function counted(most = 10, lifetime = 30_000) {
  const state = { asked: 0, now: 0, good: true };
  const verify = async (token: string) => {
    state.asked += 1;
    if (!state.good) throw unauthenticated('invalid-token', 'no');
    return { id: token, roles: [] };
  };
  return { state, check: remember(verify, { most, lifetime }, () => state.now) };
}

describe('a token checked a moment ago', () => {
  test('is believed for its while and then checked again', async () => {
    const { state, check } = counted();
    const token = tokenUntil(3_600);
    for (state.now = 0; state.now < 30_000; state.now += 10_000) expect((await check(token)).id).toBe(token);
    expect(state.asked).toBe(1);
    await check(token);
    expect(state.asked).toBe(2);
  });

  test('is not believed past its own end', async () => {
    const { state, check } = counted();
    await check(tokenUntil(5));
    state.now = 5_000;
    state.good = false;
    await expect(check(tokenUntil(5))).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  test('says nothing of another one', async () => {
    const { state, check } = counted();
    await check(tokenUntil(3_600));
    state.good = false;
    await expect(check(`${tokenUntil(3_600)}y`)).rejects.toThrow();
    await expect(check(tokenUntil(3_601))).rejects.toThrow();
  });

  test('a refusal is not remembered: the keys may come', async () => {
    const { state, check } = counted();
    state.good = false;
    await expect(check(tokenUntil(3_600))).rejects.toThrow();
    state.good = true;
    expect((await check(tokenUntil(3_600))).roles).toEqual([]);
  });

  test('no more of them than there is room for', async () => {
    const { state, check } = counted(2);
    for (const name of ['a', 'b', 'c']) await check(tokenUntil(3_600, name));
    await check(tokenUntil(3_600, 'c'));
    await check(tokenUntil(3_600, 'b'));
    expect(state.asked).toBe(3);
    await check(tokenUntil(3_600, 'a'));
    expect(state.asked).toBe(4);
  });
});
