import type { Resource } from '@rollcall/contracts/api/events';

/** Which answers a change makes old: by a part of their route's path. */
const PATHS: Readonly<Record<Resource, RegExp>> = {
  account: /auth|users/,
  session: /courses|sessions|enrollments|roster|attendance|settlements|revenue/,
  purchase: /enrollments|purchases|courses|roster|holds|wallet|revenue|quota/,
  hold: /holds|enrollments|settlements|wallet|revenue|quota|roster|reviews|disputes|attendance/,
  wallet: /wallet|revenue|withdrawals|payouts|debts/,
  withdrawal: /withdrawals|payouts|wallet|revenue|payout/,
  payment: /payments|wallet|invoices|enrollments/,
  subscription: /subscriptions|wallet|invoices/,
  invoice: /invoices/,
};

const isKnown = (resource: string): resource is Resource => Object.hasOwn(PATHS, resource);

/** Does a change of this resource make old what the route of `path` has answered? What nobody knows makes everything old. */
export const concerns = (resource: string, path: string): boolean =>
  isKnown(resource) ? PATHS[resource].test(path) : true;
