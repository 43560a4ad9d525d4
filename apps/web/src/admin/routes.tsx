import { type ComponentType, lazy } from 'react';
import type { RouteObject } from 'react-router';
import '../office/office.css';
import { OnlyFor } from '../session/only-for.js';
import { admin as en } from '../words/en/admin.js';
import { admin as uk } from '../words/uk/admin.js';
import { addWords } from '../words/words.js';

addWords('admin', { en, uk });

type Page = () => Promise<{ default: ComponentType }>;

/** A page for admins, loaded when one goes there. */
function page(path: string, load: Page): RouteObject {
  const Shown = lazy(load);
  const element = (
    <OnlyFor roles={['admin']}>
      <Shown />
    </OnlyFor>
  );
  return path === '' ? { index: true, element } : { path, element };
}

const routes: RouteObject[] = [
  page('', () => import('./home.js')),
  page('withdrawals', () => import('./withdrawals.js')),
  page('withdrawals/:withdrawalId', () => import('./withdrawal.js')),
  page('payout-batches', () => import('./batches.js')),
  page('payout-batches/:batchId', () => import('./batch.js')),
  page('holds', () => import('./holds.js')),
  page('holds/:holdId', () => import('./hold.js')),
  page('reviews', () => import('./reviews.js')),
  page('reviews/:reviewId', () => import('./review.js')),
  page('disputes', () => import('./disputes.js')),
  page('disputes/:disputeId', () => import('./dispute.js')),
  page('sessions', () => import('./sessions.js')),
  page('sessions/:sessionId', () => import('./session.js')),
  page('purchases', () => import('./purchases.js')),
  page('policies', () => import('./policies.js')),
  page('users', () => import('./users.js')),
  page('users/:userId', () => import('./user.js')),
  page('debts', () => import('./debts.js')),
  page('plans', () => import('./plans.js')),
  page('audit', () => import('./audit.js')),
];

export default routes;
