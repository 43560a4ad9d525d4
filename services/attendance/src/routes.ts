import * as api from '@rollcall/contracts/api/attendance';
import { type Database, isOutage } from '@rollcall/kit/database';
import { unavailable } from '@rollcall/kit/errors';
import { etag } from '@rollcall/kit/etag';
import { command, query, type Reply, reply, type Served } from '@rollcall/kit/http';
import type { Context } from '@rollcall/kit/service';
import { type Hooked, webhook } from '@rollcall/kit/webhook';
import { type Config, isPlayable, keyPairsOf, rulesOf } from './config.js';
import type { Rules } from './domain/session.js';
import { groupCommit } from './group.js';
import { myAttendance, personAttendance, sessionAttendance } from './queries.js';
import { signatureCheck } from './signature.js';
import { insertDeliveries } from './store/deliveries.js';
import { completeSession } from './use-cases/complete-session.js';
import { correctAttendance } from './use-cases/correct-attendance.js';
import { joinSession } from './use-cases/join-session.js';
import { lookAtRoom } from './use-cases/look-at-room.js';
import { playClass } from './use-cases/play-class.js';
import { receiveWebhook } from './use-cases/receive-webhook.js';
import { createWatch, type Watch } from './watch.js';

/** 100 rows a commit: past that a commit grows dearer as fast as it is shared. 5,000 waiting are two seconds of work. */
const INTAKE = {
  size: 100,
  waiting: 5000,
  writers: 2,
  full: () => unavailable('intake-full', 'More webhooks than we can store at once. Send it again.', 1),
  separable: (error: unknown) => !isOutage(error),
};

/** Everything attendance answers over HTTP. The watch is told of each commit of webhooks. */
export function routes(
  { db, config, log, clock }: Context<Config>,
  watch: Watch = createWatch({ db, rules: rulesOf(config), log, clock }),
): (Served | Hooked)[] {
  const rules = rulesOf(config);
  const store = groupCommit(async (rows: Parameters<typeof insertDeliveries>[1]) => {
    const outcomes = await insertDeliveries(db, rows);
    watch.nudge();
    return outcomes;
  }, INTAKE);
  const pairs = keyPairsOf(config);
  const door = { genuine: signatureCheck(pairs), store, clock, log };
  return [
    webhook(api.livekitWebhook, (request) => receiveWebhook(door, request)),
    webhook(api.courseAttendanceWebhook, (request) => receiveWebhook(door, request)),
    query(db, api.joinSession, joinSession(config, rules, clock)),
    query(db, api.readRoom, lookAtRoom(config, rules)),
    ...(isPlayable(config) ? [query(db, api.playClass, playClass(door, pairs[0]!))] : []),
    query(db, api.readSessionAttendance, async (_db, input) =>
      tagged(200, await sessionAttendance(rules, clock)(db, input, input.query.version)),
    ),
    query(db, api.listAttendance, myAttendance),
    ...byHand(db, rules, clock),
  ];
}

/** What an admin does to a session, with a reason. */
const byHand = (db: Database, rules: Rules, clock: () => Date): Served[] => [
  command(
    db,
    api.completeSession,
    (work, { params, body, user, ifMatch }) =>
      completeSession(work, rules, { ...params, ...body, actorId: user.id, ifMatch }),
    async (_db, _ref, input) => tagged(200, await sessionAttendance(rules, clock)(db, input)),
  ),
  command(
    db,
    api.correctAttendance,
    (work, { params, body, user, ifMatch }) =>
      correctAttendance(work, rules, {
        ...params,
        ...body,
        intervals: body.intervals.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) })),
        actorId: user.id,
        ifMatch,
      }),
    async (_db, { userId }, input) => tagged(201, await personAttendance(rules, clock)(db, input, userId)),
  ),
];

/** With the version of the result as its ETag: a correction decided by another one may be refused. */
const tagged = <Body extends { readonly version: number }>(status: number, body: Body): Reply<Body> =>
  reply(status, body, { ETag: etag(body.version) });
