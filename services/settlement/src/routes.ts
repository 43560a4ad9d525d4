import * as disputing from '@rollcall/contracts/api/disputes';
import { createPolicy, listPolicies, simulatePolicy } from '@rollcall/contracts/api/policies';
import * as reviewing from '@rollcall/contracts/api/reviews';
import * as api from '@rollcall/contracts/api/settlement';
import type { User } from '@rollcall/kit/auth';
import type { Database } from '@rollcall/kit/database';
import { command, query, type Reply, reply, type Served } from '@rollcall/kit/http';
import type { Config } from './config.js';
import { holdsCsv } from './holds-csv.js';
import { policyOf } from './policy-answer.js';
import { findDispute, findDisputes } from './queries/disputes.js';
import { findAllHolds, findHold, findHoldsOf } from './queries/holds.js';
import { findPolicies, findPolicy } from './queries/policies.js';
import { findPolicyInForce } from './queries/policy.js';
import { findReview, findReviews } from './queries/reviews.js';
import { findSettlement } from './queries/settlement.js';
import { simulation } from './queries/simulation.js';
import { disputeTag, holdTag, reviewTag } from './tags.js';
import { applyReview, dismissReview } from './use-cases/close-review.js';
import { createPolicy as writePolicy } from './use-cases/create-policy.js';
import { decideHold } from './use-cases/decide-hold.js';
import { openDispute } from './use-cases/open-dispute.js';
import { resolveDispute } from './use-cases/resolve-dispute.js';

interface Answering {
  readonly db: Database;
  readonly config: Pick<Config, 'DISPUTE_WINDOW_HOURS'>;
}

/** Everything settlement answers over HTTP. */
export const routes = ({ db, config }: Answering): Served[] => [
  query(db, api.listHolds, async (from, { user, query: filter, wantsCsv }) =>
    wantsCsv
      ? holdsCsv((page) => findHoldsOf(from, user.id, { ...filter, ...page }))
      : findHoldsOf(from, user.id, filter),
  ),
  query(db, api.readHold, (from, { user, params }) => showHold(from, params, { user })),
  query(db, api.readPolicyInForce, (from) => findPolicyInForce(from, config.DISPUTE_WINDOW_HOURS)),
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
  ...reviews(db),
  ...disputes({ db, config }),
  ...policies(db),
];

const reviews = (db: Database): Served[] => [
  query(db, reviewing.listReviews, (from, { query: filter }) => findReviews(from, filter)),
  query(db, reviewing.readReview, (from, { params }) => showReview(from, params)),
  command(
    db,
    reviewing.applyReview,
    (work, input) => applyReview(work, { ...input.params, ...byAdmin(input) }),
    showReview,
  ),
  command(
    db,
    reviewing.dismissReview,
    (work, input) => dismissReview(work, { ...input.params, ...byAdmin(input) }),
    showReview,
  ),
];

const disputes = ({ db, config }: Answering): Served[] => [
  command(
    db,
    disputing.disputeHold,
    (work, { user, params: { holdId }, body: { reason } }) =>
      openDispute(work, { holdId, userId: user.id, reason, windowHours: config.DISPUTE_WINDOW_HOURS }),
    (from, { disputeId }) => findDispute(from, disputeId),
  ),
  query(db, disputing.listDisputes, (from, { query: filter }) => findDisputes(from, filter)),
  query(db, disputing.readDispute, (from, { params }) => showDispute(from, params)),
  command(
    db,
    disputing.resolveDispute,
    (work, input) => {
      const { outcome, teacherPercent = 0 } = input.body;
      const share = { release: 100, refund: 0, split: teacherPercent }[outcome];
      return resolveDispute(work, { ...input.params, ...byAdmin(input), teacherPercent: share });
    },
    showDispute,
  ),
];

const policies = (db: Database): Served[] => [
  query(db, listPolicies, (from, { query: page }) => findPolicies(from, page)),
  command(
    db,
    createPolicy,
    (work, { user, body: { reason, effectiveFrom, ...draft } }) =>
      writePolicy(work, {
        ...{ admin: user.id, reason, effectiveFrom },
        policy: (version) => policyOf(draft, version),
      }),
    findPolicy,
  ),
  query(db, simulatePolicy, (from, { body }) => simulation(from, body)),
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
  const { status, decision, paidAt } = hold;
  const state = { status, decisionVersion: decision?.version ?? 0, isPaid: paidAt !== null };
  return reply(200, hold, { ETag: holdTag(state) });
}

async function showReview(
  db: Database,
  { reviewId }: { reviewId: string },
): Promise<Reply<reviewing.Review>> {
  const review = await findReview(db, reviewId);
  return reply(200, review, { ETag: reviewTag(review) });
}

async function showDispute(
  db: Database,
  { disputeId }: { disputeId: string },
): Promise<Reply<disputing.Dispute>> {
  const dispute = await findDispute(db, disputeId);
  const { status, stands } = dispute;
  return reply(200, dispute, { ETag: disputeTag({ status, decisionVersion: stands?.version ?? 0 }) });
}
