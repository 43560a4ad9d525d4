import * as api from '@rollcall/contracts/api/settlement';
import type { User } from '@rollcall/kit/auth';
import type { Database } from '@rollcall/kit/database';
import { command, query, type Reply, reply, type Served } from '@rollcall/kit/http';
import { holdsCsv } from './holds-csv.js';
import { findAllHolds, findHold, findHoldsOf } from './queries/holds.js';
import { findPolicyInForce } from './queries/policy.js';
import { findReview, findReviews } from './queries/reviews.js';
import { findSettlement } from './queries/settlement.js';
import { holdTag, reviewTag } from './tags.js';
import { applyReview, dismissReview } from './use-cases/close-review.js';
import { decideHold } from './use-cases/decide-hold.js';

/** Everything settlement answers over HTTP. */
export const routes = ({ db }: { db: Database }): Served[] => [
  query(db, api.listHolds, async (from, { user, query: filter, wantsCsv }) =>
    wantsCsv
      ? holdsCsv((page) => findHoldsOf(from, user.id, { ...filter, ...page }))
      : findHoldsOf(from, user.id, filter),
  ),
  query(db, api.readHold, (from, { user, params }) => showHold(from, params, { user })),
  query(db, api.readPolicyInForce, (from) => findPolicyInForce(from)),
  query(db, api.readSettlement, (from, { user, params }) => findSettlement(from, params.sessionId, user)),
  query(db, api.listAdminHolds, async (from, { query: filter, wantsCsv }) =>
    wantsCsv ? holdsCsv((page) => findAllHolds(from, { ...filter, ...page })) : findAllHolds(from, filter),
  ),
  command(
    db,
    api.releaseHold,
    (work, input) =>
      decideHold(work, { ...input.params, ...byAdmin(input), what: 'release', teacherPercent: 100 }),
    showHold,
  ),
  command(
    db,
    api.refundHold,
    (work, input) =>
      decideHold(work, { ...input.params, ...byAdmin(input), what: 'refund', teacherPercent: 0 }),
    showHold,
  ),
  command(
    db,
    api.splitHold,
    (work, input) => {
      const { teacherPercent } = input.body;
      return decideHold(work, { ...input.params, ...byAdmin(input), what: 'split', teacherPercent });
    },
    showHold,
  ),
  query(db, api.listReviews, (from, { query: filter }) => findReviews(from, filter)),
  query(db, api.readReview, (from, { params }) => showReview(from, params)),
  command(
    db,
    api.applyReview,
    (work, input) => applyReview(work, { ...input.params, ...byAdmin(input) }),
    showReview,
  ),
  command(
    db,
    api.dismissReview,
    (work, input) => dismissReview(work, { ...input.params, ...byAdmin(input) }),
    showReview,
  ),
];

interface AdminInput {
  readonly user: User;
  readonly body: { readonly reason: string };
  readonly ifMatch: string | undefined;
}

const byAdmin = ({ user, body, ifMatch }: AdminInput) => ({ admin: user.id, reason: body.reason, ifMatch });

async function showHold(
  db: Database,
  { holdId }: { holdId: string },
  { user }: { user: User },
): Promise<Reply<api.Hold>> {
  const hold = await findHold(db, holdId, user);
  const state = { decisionVersion: hold.decision?.version ?? 0, isPaid: hold.paidAt !== null };
  return reply(200, hold, { ETag: holdTag(state) });
}

async function showReview(db: Database, { reviewId }: { reviewId: string }): Promise<Reply<api.Review>> {
  const review = await findReview(db, reviewId);
  return reply(200, review, { ETag: reviewTag(review) });
}
