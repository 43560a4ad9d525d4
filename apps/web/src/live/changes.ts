/** Which answers a change makes old: by a part of their route's path. */
const PATHS: Readonly<Record<string, RegExp>> = {
  purchase: /enrollments|courses|roster|holds|wallet|quota/,
  hold: /holds|enrollments|settlements|wallet|revenue|quota|roster|reviews|attendance/,
  session: /courses|sessions|enrollments|roster|attendance/,
  course: /courses|enrollments/,
  attendance: /attendance|roster|sessions/,
  wallet: /wallet|revenue|withdrawals|payouts|debts/,
  withdrawal: /withdrawals|payouts|wallet|revenue|payout/,
  payment: /payments|wallet|invoices|enrollments/,
  subscription: /subscriptions|wallet|invoices/,
  invoice: /invoices/,
  user: /auth|users/,
};

/** Does a change of this resource make old what the route of `path` has answered? What nobody knows makes everything old. */
export const concerns = (resource: string, path: string): boolean => PATHS[resource]?.test(path) ?? true;
