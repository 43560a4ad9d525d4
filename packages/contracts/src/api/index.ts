/** Every route, by the service that answers it. The gateway routes by this list and nothing else. */
import type { Route } from '../route.js';
import * as attendance from './attendance.js';
import * as billing from './billing.js';
import * as debts from './debts.js';
import * as disputes from './disputes.js';
import * as enrollment from './enrollment.js';
import * as events from './events.js';
import * as finance from './finance.js';
import * as identity from './identity.js';
import * as invoices from './invoices.js';
import * as payouts from './payouts.js';
import * as policies from './policies.js';
import * as quota from './quota.js';
import * as reconciliation from './reconciliation.js';
import * as revenue from './revenue.js';
import * as reviews from './reviews.js';
import * as settlement from './settlement.js';
import * as subscriptions from './subscriptions.js';
import * as system from './system.js';
import * as teaching from './teaching.js';
import * as wallet from './wallet.js';
import * as withdrawals from './withdrawals.js';
import * as withdrawalsAdmin from './withdrawals-admin.js';

const modules = {
  identity,
  enrollment: { ...enrollment, ...teaching },
  attendance,
  settlement: { ...settlement, ...reviews, ...disputes, ...policies },
  billing: { ...billing, ...subscriptions, ...quota, ...invoices, ...reconciliation },
  wallet: { ...wallet, ...debts, ...finance, ...revenue, ...withdrawals, ...withdrawalsAdmin, ...payouts },
  notification: events,
  gateway: system,
};

export type ServiceName = keyof typeof modules;

export const routesOf = (service: ServiceName): Route[] =>
  Object.values<unknown>(modules[service]).filter(isRoute);

export const services = Object.keys(modules) as ServiceName[];

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value;
}
