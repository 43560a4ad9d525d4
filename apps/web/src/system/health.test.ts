import { expect, test } from '@jest/globals';
import type { ServiceState } from '@rollcall/contracts/api/system';
import fc from 'fast-check';
import { type Circuit, needsOf, OUTBOX_LATE, worstCircuits } from './health.js';

const ready = { address: 'wallet:3000', state: 'ready', version: '1' } as const;
const silent = { ...ready, state: 'silent', version: null } as const;
const well: ServiceState = {
  name: 'wallet',
  replicas: [ready],
  outbox: { unpublished: 1, oldestSeconds: OUTBOX_LATE },
  inbox: { waiting: 3, retrying: 1, overdue: 0, dead: 0 },
  queue: { waiting: 9, dead: 0 },
};
const needs = (changes: Partial<ServiceState>) => needsOf({ ...well, ...changes }, []);

test('work that is under way needs nobody', () => {
  expect(needs({})).toEqual([]);
  expect(needs({ outbox: null, inbox: null, queue: null })).toEqual([]);
});

test('each alarm is told by its own name', () => {
  expect(needs({ replicas: [silent] })).toEqual(['silent']);
  expect(needs({ replicas: [silent, ready] })).toEqual(['partlySilent']);
  expect(needs({ replicas: [{ ...ready, state: 'not-ready' }] })).toEqual(['notReady']);
  expect(needs({ outbox: { unpublished: 1, oldestSeconds: OUTBOX_LATE + 1 } })).toEqual(['outboxLate']);
  expect(needs({ queue: { waiting: 0, dead: 1 } })).toEqual(['dead']);
  expect(needs({ inbox: { waiting: 1, retrying: 0, overdue: 1, dead: 2 } })).toEqual(['dead', 'overdue']);
});

test('a breaker is told with the service that calls', () => {
  const open: Circuit = { from: 'gateway', to: 'wallet', state: 'open' };
  expect(needsOf(well, [open])).toEqual([]);
  expect(needsOf({ ...well, name: 'gateway' }, [open])).toEqual(['circuitOpen']);
});

test('of the breakers of one pair the worst is shown, once', () => {
  const state = fc.constantFrom('closed', 'half-open', 'open');
  const circuit = fc.record({
    from: fc.constantFrom('gateway', 'billing'),
    to: fc.constantFrom('a', 'b'),
    state,
  });
  fc.assert(
    fc.property(fc.array(circuit, { maxLength: 12 }), (all) => {
      const shown = worstCircuits(all);
      const pairs = shown.map(({ from, to }) => `${from} ${to}`);
      expect(new Set(pairs).size).toBe(pairs.length);
      expect(new Set(pairs)).toEqual(new Set(all.map(({ from, to }) => `${from} ${to}`)));
      expect(shown.some((one) => one.state === 'open')).toBe(all.some((one) => one.state === 'open'));
    }),
  );
});
