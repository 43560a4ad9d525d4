import { expect, test } from '@jest/globals';
import { type Change, changeUser, keepAnAdmin, type UserState } from './change-user.js';

const user: UserState = { id: 'u', roles: ['student'], status: 'active', referrerId: null };
const admin: UserState = { ...user, roles: ['admin'] };

test.each<[string, UserState, Change, Partial<UserState>, string[]]>([
  ['what is named as it is changes nothing', user, { roles: ['student'], status: 'active' }, {}, []],
  [
    'roles in another order are the same roles',
    { ...user, roles: ['admin', 'finance'] },
    { roles: ['finance', 'admin'] },
    { roles: ['finance', 'admin'] },
    [],
  ],
  ['new roles are one act', user, { roles: ['teacher'] }, { roles: ['teacher'] }, ['identity.user.roles']],
  ['a suspension is one', user, { status: 'suspended' }, { status: 'suspended' }, ['identity.user.suspend']],
  [
    'a return is one',
    { ...user, status: 'suspended' },
    { status: 'active' },
    {},
    ['identity.user.reactivate'],
  ],
  ['a first referrer is one', user, { referrerId: 'r' }, { referrerId: 'r' }, ['identity.user.referrer']],
  [
    'the same referrer again is none',
    { ...user, referrerId: 'r' },
    { referrerId: 'r' },
    { referrerId: 'r' },
    [],
  ],
])('%s', (_rule, before, change, after, actions) => {
  const { next, acts } = changeUser(before, change);
  expect(next).toEqual({ ...user, ...after });
  expect(acts.map(({ action }) => action)).toEqual(actions);
});

test('the act on roles says which they were and are', () => {
  expect(changeUser(user, { roles: ['student', 'admin'] }).acts).toEqual([
    { action: 'identity.user.roles', what: 'roles: student → admin, student' },
  ]);
});

test.each<[string, UserState, Change, string]>([
  ['a second referrer is refused', { ...user, referrerId: 'r' }, { referrerId: 's' }, 'referrer-set'],
  ['nobody refers himself', user, { referrerId: 'u' }, 'no-referrer'],
])('%s', (_rule, before, change, code) => {
  expect(() => changeUser(before, change)).toThrow(expect.objectContaining({ code }));
});

test.each<[string, UserState, Change, number, boolean]>([
  ['the last admin is not suspended', admin, { status: 'suspended' }, 0, true],
  ['nor demoted', admin, { roles: ['student'] }, 0, true],
  ['another role beside it is no demotion', admin, { roles: ['admin', 'finance'] }, 0, false],
  ['one of two may go', admin, { status: 'suspended' }, 1, false],
  [
    'a suspended admin was none to be counted',
    { ...admin, status: 'suspended' },
    { roles: ['student'] },
    0,
    false,
  ],
  ['others may be suspended by the last admin', user, { status: 'suspended' }, 0, false],
])('%s', (_rule, before, change, others, isRefused) => {
  const act = () => keepAnAdmin(before, changeUser(before, change).next, others);
  if (isRefused) expect(act).toThrow(expect.objectContaining({ code: 'last-admin' }));
  else expect(act).not.toThrow();
});
