import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import type { Role } from '@rollcall/contracts/shapes';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import request from 'supertest';
import { openIdentity } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
let admin: string;
let count = 0;
const reason = 'asked for by the school';

/** Somebody new with these roles. */
async function somebody(roles: Role[] = ['student'], more: object = {}) {
  count += 1;
  const opened = await identity.open(`somebody${count}@rollcall.test`, more);
  await identity.db('users').where({ id: opened.user.id }).update({ roles });
  return opened;
}

beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());
beforeEach(async () => {
  await identity.db('users').update({ roles: ['student'] });
  admin = (await somebody(['admin'])).user.id;
});

const patch = async (id: string, body: object, { by = admin, ifMatch = '*' } = {}) =>
  request(identity.app)
    .patch(`/api/v1/admin/users/${id}`)
    .set('authorization', await identity.as(by, ['admin']))
    .set('if-match', ifMatch)
    .send(body);
const get = async (path: string, roles: Role[] = ['admin']) =>
  request(identity.app)
    .get(`/api/v1/admin/users${path}`)
    .set('authorization', await identity.as(admin, roles));
const said = async (id: string) =>
  (await emitted(identity.db)).filter(
    ({ subject, type }) => subject === id && type.startsWith('identity.user-'),
  );
const trail = (target: string) =>
  identity.db('audit_entries').where({ target }).orderBy('audit_id').select('actor', 'action', 'reason');

describe('changing a user', () => {
  test('roles are changed, announced with the next version, and stand in the trail with who and why', async () => {
    const { user } = await somebody();
    const { status, body, headers } = await patch(user.id, { roles: ['student', 'teacher'], reason });
    expect([status, body.roles, headers.etag]).toEqual([200, ['student', 'teacher'], '"2"']);
    expect((await said(user.id)).at(-1)).toMatchObject({
      type: userUpdated.type,
      aggregateversion: 2,
      data: { roles: ['student', 'teacher'], version: 2 },
    });
    expect(await trail(user.id)).toEqual([
      {
        actor: admin,
        action: 'identity.user.roles',
        reason: `${reason} (roles: student → student, teacher)`,
      },
    ]);
    const { body: again } = await identity.login(user.email).expect(200);
    expect(again.user.roles).toEqual(['student', 'teacher']);
  });

  test('a suspension ends every session, is announced, and is undone by a return', async () => {
    const { user, refreshToken } = await somebody();
    expect((await patch(user.id, { status: 'suspended', reason })).body.status).toBe('suspended');
    await identity.refresh(refreshToken).expect(401);
    await identity.login(user.email).expect(403);
    expect((await patch(user.id, { status: 'active', reason })).status).toBe(200);
    await identity.login(user.email).expect(200);
    expect(
      (await said(user.id)).slice(1).map(({ type, aggregateversion }) => [type, aggregateversion]),
    ).toEqual([
      [userSuspended.type, 2],
      [userUpdated.type, 3],
    ]);
    expect((await trail(user.id)).map(({ action }) => action)).toEqual([
      'identity.user.suspend',
      'identity.user.reactivate',
    ]);
  });

  test('whatever else changes of a suspended user, it is said again that the account may not be used', async () => {
    const { user } = await somebody();
    await patch(user.id, { status: 'suspended', reason });
    await patch(user.id, { roles: ['teacher'], reason });
    await request(identity.app)
      .patch('/api/v1/auth/me')
      .set('authorization', await identity.as(user.id))
      .send({ name: 'Somebody Else' })
      .expect(200);
    expect((await said(user.id)).slice(1).map(({ type }) => type)).toEqual(Array(3).fill(userSuspended.type));
  });

  test('logins that race with a suspension leave no session', async () => {
    const { user } = await somebody();
    const logins = Array.from({ length: 6 }, () => identity.login(user.email));
    await Promise.all([...logins, patch(user.id, { status: 'suspended', reason })]);
    await expect(
      identity.db('refresh_families').where({ user_id: user.id, revoked_at: null }),
    ).resolves.toHaveLength(0);
  });

  test('what changes nothing makes no version and leaves no trace', async () => {
    const { user } = await somebody();
    const { headers } = await patch(user.id, { roles: ['student'], status: 'active', reason });
    expect(headers.etag).toBe('"1"');
    expect(await said(user.id)).toHaveLength(1);
    expect(await trail(user.id)).toEqual([]);
  });

  test('an update decided by an older state is a 412', async () => {
    const { user } = await somebody();
    const { headers } = await get(`/${user.id}`);
    expect((await patch(user.id, { roles: ['teacher'], reason }, { ifMatch: headers.etag! })).status).toBe(
      200,
    );
    expect((await patch(user.id, { roles: ['finance'], reason }, { ifMatch: headers.etag! })).status).toBe(
      412,
    );
  });

  test.each<[string, object, string]>([
    ['no reason', { status: 'suspended' }, 'reason'],
    ['a blank reason', { status: 'suspended', reason: ' ' }, 'reason'],
    ['nothing to change', { reason }, ''],
    ['no roles at all', { roles: [], reason }, 'roles'],
    ['a role twice', { roles: ['student', 'student'], reason }, 'roles'],
    ['a role there is not', { roles: ['root'], reason }, 'roles.0'],
    ['an e-mail address', { email: 'x@y.test', reason }, 'email'],
  ])('%s is a 400', async (_what, body, path) => {
    const { user } = await somebody();
    const answer = await patch(user.id, body);
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, path]);
  });

  test('nobody is a 404, and only admins may', async () => {
    expect((await patch(newId(), { roles: ['student'], reason })).status).toBe(404);
    expect((await get(`/${newId()}`)).status).toBe(404);
    for (const role of ['student', 'teacher', 'finance'] as const) {
      expect((await get('', [role])).status).toBe(403);
      expect((await get(`/${admin}`, [role])).status).toBe(403);
    }
  });
});

describe('an admin is always left', () => {
  test.each([{ status: 'suspended' }, { roles: ['student'] }])(
    'the last one is refused %j',
    async (change) => {
      const answer = await patch(admin, { ...change, reason });
      expect([answer.status, answer.body.type]).toEqual([409, '/problems/last-admin']);
    },
  );

  test('of two who step back at once one stays', async () => {
    const { user: other } = await somebody(['admin']);
    const answers = await Promise.all([
      patch(admin, { roles: ['student'], reason }, { by: admin }),
      patch(other.id, { roles: ['student'], reason }, { by: other.id }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('of two who suspend each other at once one stays', async () => {
    const { user: other } = await somebody(['admin']);
    const answers = await Promise.all([
      patch(admin, { status: 'suspended', reason }, { by: other.id }),
      patch(other.id, { status: 'suspended', reason }, { by: admin }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    await identity.db('users').update({ status: 'active' });
  });

  test('a suspended admin does not undo it with the token that is left', async () => {
    const { user: other } = await somebody(['admin']);
    await patch(other.id, { status: 'suspended', reason });
    expect((await patch(other.id, { status: 'active', reason }, { by: other.id })).status).toBe(403);
  });

  test('an admin of another issuer needs no account here', async () => {
    const { user } = await somebody();
    expect((await patch(user.id, { roles: ['teacher'], reason }, { by: newId() })).status).toBe(200);
  });
});

describe('the referrer', () => {
  test('is named once, announced, and not changed any more', async () => {
    const [{ user }, { user: referrer }, { user: other }] = [
      await somebody(),
      await somebody(),
      await somebody(),
    ];
    expect((await patch(user.id, { referrerId: referrer.id, reason })).body.referrerId).toBe(referrer.id);
    expect((await said(user.id)).at(-1)?.data).toMatchObject({ referrerId: referrer.id });
    const second = await patch(user.id, { referrerId: other.id, reason });
    expect([second.status, second.body.type]).toEqual([409, '/problems/referrer-set']);
    expect((await patch(user.id, { referrerId: referrer.id, reason })).status).toBe(200);
  });

  test('is somebody else who exists and was not referred through the user', async () => {
    const { user } = await somebody();
    const { user: child } = await somebody(['student'], { referralCode: user.referralCode });
    const { user: grandchild } = await somebody(['student'], { referralCode: child.referralCode });
    for (const referrerId of [user.id, newId(), child.id, grandchild.id]) {
      const answer = await patch(user.id, { referrerId, reason });
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([422, 'referrerId']);
    }
  });

  test('two who name each other at once make no circle', async () => {
    const [{ user: one }, { user: two }] = [await somebody(), await somebody()];
    const answers = await Promise.all([
      patch(one.id, { referrerId: two.id, reason }),
      patch(two.id, { referrerId: one.id, reason }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  });
});

describe('the list of users', () => {
  test('is newest first, page by page, each once', async () => {
    const ids: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) ids.unshift((await somebody()).user.id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await get(`?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor ?? '';
    } while (cursor !== '' && seen.length < 100);
    expect(seen.slice(0, 5)).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(await identity.db('users').then((rows) => rows.length));
  });

  test('finds a text in name and address, in any case, and takes signs for what they are', async () => {
    const { user } = await somebody(['student'], { name: 'Zoë 100%_Real' });
    const found = async (text: string) =>
      (await get(`?text=${encodeURIComponent(text)}`)).body.data.map(({ id }: { id: string }) => id);
    expect(await found('100%_r')).toEqual([user.id]);
    expect(await found(user.email.toUpperCase())).toEqual([user.id]);
    expect(await found('1%0')).toEqual([]);
    expect(await found('\\')).toEqual([]);
  });

  test('is narrowed by role, status and referrer', async () => {
    const { user } = await somebody(['teacher', 'finance']);
    const { user: referred } = await somebody(['student'], { referralCode: user.referralCode });
    await patch(referred.id, { status: 'suspended', reason });
    const ids = async (query: string) => (await get(query)).body.data.map(({ id }: { id: string }) => id);
    expect(await ids('?role=finance')).toEqual([user.id]);
    expect((await ids('?role=finance&role=admin')).sort()).toEqual([admin, user.id].sort());
    expect(await ids('?status=suspended&role=student&limit=1')).toEqual([referred.id]);
    expect(await ids(`?referrerId=${user.id}`)).toEqual([referred.id]);
  });

  test.each(['?limit=0', '?limit=101', '?cursor=x', '?role=root', '?order=name'])(
    '%s is a 400',
    async (query) => {
      expect((await get(query)).status).toBe(400);
    },
  );
});
