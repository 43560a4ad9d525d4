import { expect, test } from '@jest/globals';
import type { ServiceState } from '@rollcall/contracts/api/system';
import { deadIn } from './dead-letters.js';

const ready = { address: 'wallet:3000', state: 'ready', version: '1' } as const;
const service = (inbox: number, queue: number): ServiceState => ({
  ...{ name: 'wallet', replicas: [ready], outbox: null },
  inbox: { waiting: 0, retrying: 0, overdue: 0, dead: inbox },
  queue: { waiting: 0, dead: queue },
});
const dead = (...services: ServiceState[]) =>
  deadIn({ at: '2026-01-01T00:00:00.000Z', services, circuits: [] });

test('a message counts once, wherever it lies', () => {
  expect(dead(service(2, 3), service(1, 0))).toEqual({ count: 4, isAll: true });
  expect(dead({ ...service(0, 0), inbox: null, queue: null })).toEqual({ count: 0, isAll: true });
});

test('where a service does not answer there may be more', () => {
  const silent = {
    ...service(0, 0),
    inbox: null,
    queue: null,
    replicas: [{ ...ready, state: 'silent' as const }],
  };
  expect(dead(service(1, 1), silent)).toEqual({ count: 1, isAll: false });
});
