import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { canonicalOf, faultAmong, GENESIS, type LedgerFacts, type Seal } from '../src/ledger.js';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const entry: LedgerFacts = {
  id: '019a0000-0000-7000-8000-000000000001',
  type: 'admin_credit',
  at: '2026-11-20T10:00:00.000Z',
  reference: 'adjustment:019a0000-0000-7000-8000-000000000002',
  actorId: null,
  description: 'zwei\nZeilen, ü',
  transfers: [
    {
      from: 'adjustments',
      to: 'credits:019a0000-0000-7000-8000-000000000003',
      amount: 2500,
      currency: 'USD',
    },
  ],
};

test('the bytes of an entry are those that docs/ledger.md specifies, for ever', () => {
  expect(canonicalOf(GENESIS.hash, 1, entry)).toBe(
    [
      'rollcall.ledger.1',
      '0000000000000000000000000000000000000000000000000000000000000000',
      '1',
      '019a0000-0000-7000-8000-000000000001',
      'admin_credit',
      '2026-11-20T10:00:00.000Z',
      'adjustment:019a0000-0000-7000-8000-000000000002',
      '-',
      '1',
      'adjustments credits:019a0000-0000-7000-8000-000000000003 2500 USD',
      'zwei',
      'Zeilen, ü',
    ].join('\n'),
  );
});

test('a run of seals is checked against the one before it, and the first that does not fit is named', () => {
  const seals: Seal[] = [];
  for (let seq = 1, hash = GENESIS.hash; seq <= 4; seq += 1) {
    hash = sha256(canonicalOf(hash, seq, entry));
    seals.push({ seq, hash, entry });
  }
  const [one, two, three, four] = seals as [Seal, Seal, Seal, Seal];
  const fault = (...some: Seal[]) => faultAmong(GENESIS, some, sha256)?.seq;
  expect(fault(one, two, three, four)).toBeUndefined();
  expect(faultAmong(two, [three, four], sha256)).toBeUndefined();
  expect(fault(one, three, four)).toBe(2);
  expect(fault(one, { ...two, entry: null }, three)).toBe(2);
  expect(fault(one, two, { ...three, entry: { ...entry, at: '2026-11-20T10:00:00.001Z' } })).toBe(3);
  expect(fault(one, two, { ...three, hash: one.hash }, four)).toBe(3);
});
