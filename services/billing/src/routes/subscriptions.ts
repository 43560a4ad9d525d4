/** Plans, and subscriptions to them. */
import * as api from '@rollcall/contracts/api/subscriptions';
import type { Database } from '@rollcall/kit/database';
import { etag } from '@rollcall/kit/etag';
import { command, query, reply, type Served } from '@rollcall/kit/http';
import { answerBegun, answerWish } from '../answer-subscription.js';
import type { Desk } from '../desk.js';
import type { Wish } from '../domain/subscription.js';
import { allPlans, currentSubscription, offeredPlans, readPlan } from '../queries/subscriptions.js';
import { createPlan } from '../use-cases/plans/create-plan.js';
import { tellOfPlan } from '../use-cases/plans/tell-of-plan.js';
import { updatePlan } from '../use-cases/plans/update-plan.js';
import { beginSubscription, subscribeThere } from '../use-cases/subscriptions/subscribe.js';
import { fulfil, wishFor } from '../use-cases/subscriptions/wish.js';

export const subscriptionRoutes = (desk: Desk): Served[] => [...subscribing(desk), ...plans(desk)];

const subscribing = (desk: Desk): Served[] => [
  query(desk.db, api.listPlans, (db, { query: page }) => offeredPlans(db, page)),
  query(desk.db, api.readCurrentSubscription, (db, { user }) => currentSubscription(db, user.id)),
  command(
    desk.db,
    api.subscribe,
    (work, { body, user }) => beginSubscription(work, { ...body, userId: user.id }),
    async (db, { id }) => answerBegun(db, id, await subscribeThere(desk, id)),
  ),
  command(
    desk.db,
    api.cancelSubscription,
    (work, { body, user }) => wishFor(work, user.id, endOf(body)),
    async (db, { id }, { body }) => answerWish(db, id, { isDone: await fulfil(desk, id), wish: endOf(body) }),
  ),
  command(
    desk.db,
    api.reactivateSubscription,
    (work, { user }) => wishFor(work, user.id, 'go-on'),
    async (db, { id }) => answerWish(db, id, { isDone: await fulfil(desk, id), wish: 'go-on' }),
  ),
];

const endOf = (body: { readonly when?: string | undefined } | undefined): Wish =>
  body?.when === 'now' ? 'end-now' : 'end-at-period-end';

const plans = (desk: Desk): Served[] => [
  command(
    desk.db,
    api.createPlan,
    (work, { body, user }) => createPlan(work, user.id, body),
    async (db, { id }) => {
      await tellOfPlan(desk, id);
      return showPlan(db, id, 201);
    },
  ),
  command(
    desk.db,
    api.updatePlan,
    (work, { params, body, user, ifMatch }) => updatePlan(work, { ...params, actor: user.id, ifMatch }, body),
    async (db, { id }) => {
      await tellOfPlan(desk, id);
      return showPlan(db, id);
    },
  ),
  query(desk.db, api.listAdminPlans, (db, { query: { active, ...page } }) =>
    allPlans(db, { ...page, ...(active !== undefined && { active: active === 'true' }) }),
  ),
  query(desk.db, api.readAdminPlan, (db, { params }) => showPlan(db, params.planId)),
];

async function showPlan(db: Database, id: string, status = 200) {
  const plan = await readPlan(db, id);
  return reply(status, plan, { ETag: etag(plan.version) });
}
